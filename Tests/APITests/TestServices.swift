import Audit
import Commands
import Execution
import Ledger
import Model
import Outbound
import Platform
import Secrets

/// Services over memory, and the API in front of them.
enum TestServices {
    static func make(
        _ settings: Services.Settings,
        ledger: Ledger,
        audit: AuditTrail
    ) async throws -> Services {
        let outbound = try OutboundClient(OutboundConfiguration())
        let secrets = try SecretKeeper(SecretsConfiguration())
        var settings = settings
        settings.sealing = settings.sealing ?? TestSealing()
        return Services(
            settings: settings,
            ledger: ledger,
            audit: audit,
            executor: Executor(outbound: outbound, secrets: secrets, audit: audit),
            healthChecker: HealthChecker(outbound: outbound, secrets: secrets, audit: audit)
        )
    }
}

/// Keeps secrets apart by tenant and name, and hides nothing.
struct TestSealing: SecretSealing {
    func seal(_ secret: SecretBytes, of tenant: TenantID, as name: String) -> String? {
        let bytes = secret.withSpan { span in span.indices.map { span[$0] } }
        return "\(tenant.text) \(name) \(Hex.encode(bytes))"
    }

    func open(_ sealed: String, of tenant: TenantID, as name: String) -> SecretBytes? {
        let parts = sealed.split(separator: " ")
        guard parts.count == 3, parts[0] == tenant.text, parts[1] == name else { return nil }
        return Hex.decode(String(parts[2])).map { SecretBytes($0) }
    }
}
