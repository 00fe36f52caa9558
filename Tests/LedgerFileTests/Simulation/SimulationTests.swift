import Foundation
import Testing

/// Histories over a simulated disk: seeds are new in each run, printed, and replayed with
/// `LEDGER_SIMULATION_SEED=… swift test --filter SimulationTests`; `LEDGER_SIMULATION_COUNT` runs more.
@Suite struct SimulationTests {
    private static let historyCount = number("LEDGER_SIMULATION_COUNT") ?? 5000
    private static let replayed = number("LEDGER_SIMULATION_SEED")

    private static func number(_ variable: String) -> UInt64? {
        ProcessInfo.processInfo.environment[variable].flatMap { UInt64($0) }
    }

    /// What is broken in the histories of these seeds, and the first that shows it.
    private static func firstBroken(
        _ seeds: Range<UInt64>,
        lie: SimulatedDisk.Lie? = nil
    ) async -> (seed: UInt64, what: String)? {
        for seed in seeds {
            var simulation = Simulation(seed: seed, lie: lie)
            do {
                try await simulation.run()
            } catch {
                return (seed, error.description)
            }
        }
        return nil
    }

    @Test func `nothing acknowledged is lost, whatever the disk does with what was not synced`()
        async
    {
        let first = Self.replayed ?? UInt64.random(in: 0..<UInt64.max / 2)
        let count = Self.replayed == nil ? Self.historyCount : 1
        print("the simulated ledger runs the seeds from \(first) on, \(count) of them")
        let broken = await Self.firstBroken(first..<first + count)
        if let broken {
            Issue.record("LEDGER_SIMULATION_SEED=\(broken.seed) shows: \(broken.what)")
        }
    }

    @Test(arguments: [SimulatedDisk.Lie.fileSync, .folderSync])
    func `a disk that does not sync is found out`(_ lie: SimulatedDisk.Lie) async throws {
        let broken = await Self.firstBroken(0..<200, lie: lie)
        #expect(broken != nil)
    }

    @Test func `a seed gives one history`() async {
        let seeds: Range<UInt64> = 0..<200
        let first = await Self.firstBroken(seeds, lie: .fileSync)
        let second = await Self.firstBroken(seeds, lie: .fileSync)
        #expect(first?.seed == second?.seed && first?.what == second?.what)
    }
}
