import Audit
import Commands
import Execution
import Ledger
import Outbound
import Secrets

/// Services over memory, and the API in front of them.
enum TestServices {
    static func make(
        _ settings: Services.Settings,
        ledger: Ledger,
        audit: AuditTrail,
        secretRoot: String? = nil
    ) async throws -> Services {
        let outbound = try OutboundClient(OutboundConfiguration())
        var configuration = SecretsConfiguration()
        configuration.fileRoot = secretRoot
        let keys = SecretsConfiguration.Local.keyFile(try SecretKeyFile.path())
        let local = try LocalSecretStore(keys, source: LedgerSecrets(ledger))
        let secrets = try SecretKeeper(configuration, local: local)
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
