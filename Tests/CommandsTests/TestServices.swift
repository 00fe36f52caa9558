import Audit
import Commands
import Execution
import Ledger
import Model
import Outbound
import SecretTesting

@testable import Secrets

/// Services that keep everything in memory, and reach nobody but on the loopback interface.
enum TestServices {
    static func make(
        _ settings: Services.Settings,
        _ journal: any Journal,
        auditWriter: AuditWriter? = nil
    ) async throws -> Services {
        let audit = try await AuditTrail.open(AuditTrail.Configuration())
        let policy = AddressPolicy(allow: [try AddressRange("127.0.0.0/8")])
        let outbound = try OutboundClient(OutboundConfiguration(addressPolicy: policy))
        let ledger = try Ledger(journal: journal, auditWriter: auditWriter)
        let keys = SecretsConfiguration.Local.keyFile(try SecretKeyFile.path())
        let local = try LocalSecretStore(keys, source: LedgerSecrets(ledger))
        let variables = SampleVariables()
        let secrets = SecretKeeper(stores: [
            .env: variables, .file: variables, .local: local, .vault: variables,
            .awsSecretsManager: variables,
        ])
        return Services(
            settings: settings,
            ledger: ledger,
            audit: audit,
            executor: Executor(outbound: outbound, secrets: secrets, audit: audit),
            healthChecker: HealthChecker(outbound: outbound, secrets: secrets, audit: audit),
            secrets: secrets,
            localSecrets: local
        )
    }
}
