import Ledger
import Model

/// What policy tests were run on: as long as it is the same, they need not be run again.
///
/// Tests may take a second, and plans run one after the other: so they are run before the plan, which
/// only asks whether the rules and configs are still those. Entities do not count: who changes one a
/// moment later asks no test either.
struct TestedWorld: Sendable, Equatable {
    /// How often tests are run anew when others write meanwhile, the first time included.
    static let attemptCountMax = 3

    private let catalog: UInt64
    private let tenants: [TenantID: UInt64]

    /// The platform's part of a state, and that of some tenants.
    init(_ state: State, _ tenants: Set<TenantID>) {
        catalog = state.catalog.generation
        let generations = tenants.map { ($0, state.tenant($0).generation) }
        self.tenants = Dictionary(uniqueKeysWithValues: generations)
    }

    /// Says that rules or configs are others than those that were tested.
    static let moved = CommandError(
        .unavailable,
        movedCode,
        "Rules or configs were changed while the policy tests ran, \(attemptCountMax) times; "
            + "nothing was changed.",
        retryAfterSeconds: 1
    )
    private static let movedCode = "OVERLOADED"

    /// Tries a write that is tested before it is planned, again when its plan finds another world.
    ///
    /// - Throws: What `attempt` throws; `OVERLOADED` when the world moved each time.
    static func write(
        _ attempt: () async throws(CommandError) -> CommandAnswer
    ) async throws(CommandError) -> CommandAnswer {
        for _ in 1..<attemptCountMax {
            do throws(CommandError) {
                return try await attempt()
            } catch {
                guard error.code == movedCode, error.detail == moved.detail else { throw error }
            }
        }
        return try await attempt()
    }
}
