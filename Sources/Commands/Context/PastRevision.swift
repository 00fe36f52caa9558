import JSON
import Ledger
import Model

/// A revision as a client writes it.
enum RevisionText {
    /// Reads decimal digits and nothing else; Swift's own reading also takes a sign.
    static func read(_ text: some StringProtocol) -> UInt64? {
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return UInt64(text)
    }
}

/// The parameter `atRevision`: a question about what was.
enum PastRevision {
    /// The state at the revision, as far as it is about one tenant.
    ///
    /// - Throws: `INVALID_PARAMETER`; `REVISION_NOT_KEPT`, `REVISION_IN_FUTURE`; `OVERLOADED`.
    static func state(
        _ text: String,
        _ scope: TenantScope,
        _ context: CommandContext
    ) async throws(CommandError) -> State {
        guard let revision = RevisionText.read(text) else {
            throw .parameter("atRevision", "must be a revision")
        }
        do {
            return try await context.services.ledger.pastState(of: scope.tenant, at: revision)
        } catch {
            throw CommandError(error)
        }
    }
}

extension CommandError {
    /// What a client should know of why the past can't be shown.
    init(_ error: HistoryError) {
        switch error {
        case .notKept(let oldest):
            self.init(
                .gone,
                "REVISION_NOT_KEPT",
                "The revision is no longer kept; the oldest one is \(oldest).",
                members: ["oldestRevision": .integer(Int64(clamping: oldest))]
            )
        case .inFuture(let newest):
            self.init(
                .invalid,
                "REVISION_IN_FUTURE",
                "The revision has not come yet; the newest one is \(newest).",
                members: ["newestRevision": .integer(Int64(clamping: newest))]
            )
        case .overloaded:
            self.init(
                .unavailable,
                "OVERLOADED",
                "Too many requests read the past.",
                retryAfterSeconds: 1
            )
        case .failed:
            self.init(
                .unavailable,
                "HISTORY_UNAVAILABLE",
                "The log can't be read back now; the newest state is served.",
                retryAfterSeconds: 30
            )
        }
    }
}
