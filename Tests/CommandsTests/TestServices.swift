import Audit
import Commands
import Execution
import Ledger

/// Services that keep everything in memory and call nobody.
enum TestServices {
    static func make(
        _ settings: Services.Settings,
        _ journal: any Journal
    ) async throws -> Services {
        Services(
            settings: settings,
            ledger: try Ledger(journal: journal),
            audit: try await AuditTrail.open(AuditTrail.Configuration()),
            executor: Executor(),
            healthChecker: HealthChecker()
        )
    }
}
