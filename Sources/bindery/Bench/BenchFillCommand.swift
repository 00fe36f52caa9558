import Ledger
import LedgerFile
import Model
import Platform

/// `bindery bench fill`: makes a data folder of very many tenants, for `scripts/bench-start`.
enum BenchFillCommand {
    private static let tenantCounts = 1...1_000_000
    private static let connectionCount = 10

    static let command = Command(
        "bench fill",
        summary: "fills a data folder with tenants",
        details:
            "Writes tenants with \(connectionCount) connections and one published config each into "
            + "a new data folder, through the ledger, and ends with a snapshot, or without one.",
        flags: [
            CommandFlag("--data", "DIR", help: "The data folder to make."),
            CommandFlag("--tenants", "N", help: "How many tenants. [default: 100000]"),
            CommandFlag("--no-snapshot", help: "Leaves the log alone, as after a kill."),
        ],
        isHidden: true
    ) { (call) async throws(CommandFailure) in
        guard let path = call.arguments.value(of: "--data") else {
            throw .usage("bench fill: --data DIR says where")
        }
        guard let count = Int(call.arguments.value(of: "--tenants") ?? "100000"),
            tenantCounts.contains(count)
        else { throw .usage("--tenants: must be a number from 1 to \(tenantCounts.upperBound)") }
        let journal = FileJournal(folder: "\(path)/\(LedgerFolder.name)")
        let ledger = try open(journal)
        try await fill(ledger, tenantCount: count)
        let state = ledger.state
        if call.arguments.isGiven("--no-snapshot") {
            await journal.close()
        } else {
            await ledger.close()
        }
        call.console.answer("\(path): \(count) tenants, revision \(state.revision)")
    }

    private static func open(_ journal: FileJournal) throws(CommandFailure) -> Ledger {
        do {
            return try Ledger(
                journal: journal,
                snapshotInterval: tenantCounts.upperBound * 2
            )
        } catch {
            throw .failed(error.detail)
        }
    }

    /// One entry for what all tenants share, then one for each tenant; some hundred at a time, which
    /// the ledger writes as one batch.
    private static func fill(_ ledger: Ledger, tenantCount: Int) async throws(CommandFailure) {
        try await write(BenchWorld.shared, to: ledger)
        for start in stride(from: 0, to: tenantCount, by: Ledger.batchCountMax) {
            let end = min(start + Ledger.batchCountMax, tenantCount)
            let failure = await withTaskGroup(of: CommandFailure?.self) { group in
                for tenant in start..<end {
                    group.addTask { await attempt(tenant, ledger) }
                }
                var first: CommandFailure?
                for await failure in group { first = first ?? failure }
                return first
            }
            if let failure { throw failure }
        }
    }

    private static func attempt(
        _ tenant: Int,
        _ ledger: Ledger
    ) async -> CommandFailure? {
        do {
            try await write(BenchWorld.objects(of: "tenant-\(tenant)"), to: ledger)
            return nil
        } catch {
            return error
        }
    }

    private static func write(
        _ changes: @escaping @Sendable (Ledger.Stamp) -> [Change],
        to ledger: Ledger
    ) async throws(CommandFailure) {
        do {
            let now = Timestamp(milliseconds: WallClock.milliseconds())
            _ = try await ledger.commit(actor: .system("bench"), now: now) {
                (_, stamp) throws(Never) in Ledger.Plan(changes(stamp), answer: true)
            }
        } catch {
            throw .failed("a tenant can't be written: \(error)")
        }
    }
}
