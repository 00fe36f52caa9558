import Audit
import Commands
import Execution
import Ledger
import Model
import Outbound
import SecretTesting

@testable import Secrets

/// Services over memory, and the API in front of them.
enum TestServices {
    static func make(
        _ settings: Services.Settings,
        ledger: Ledger,
        audit: AuditTrail,
        secretRoot: String? = nil,
        outage: SampleOutage? = nil
    ) async throws -> Services {
        let outbound = try OutboundClient(OutboundConfiguration())
        let keys = SecretsConfiguration.Local.keyFile(try SecretKeyFile.path())
        let local = try LocalSecretStore(keys, source: LedgerSecrets(ledger))
        let variables = SampleVariables(outage)
        let files: any SecretStore = secretRoot.map { FileSecretStore(root: $0) } ?? variables
        let secrets = SecretKeeper(stores: [
            .env: variables, .file: files, .local: local, .vault: variables,
            .awsSecretsManager: variables,
        ])
        var settings = settings
        settings.sealing = settings.sealing ?? local
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
