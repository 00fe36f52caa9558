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

/// The parameters `atRevision` and `at`: a question about what was.
public struct PastMoment: Sendable {
    private let revision: String?
    private let time: String?

    /// The moment that a query names, by a revision or by a time; nil for now.
    public init?(revision: String?, time: String?) {
        if revision == nil, time == nil { return nil }
        (self.revision, self.time) = (revision, time)
    }

    /// The state at the moment, as far as it is about one tenant.
    ///
    /// - Throws: `INVALID_PARAMETER`; `REVISION_NOT_KEPT`, `REVISION_IN_FUTURE`; `OVERLOADED`.
    func state(
        _ scope: TenantScope,
        _ context: CommandContext
    ) async throws(CommandError) -> State {
        let ledger = context.services.ledger
        do {
            switch (revision, time) {
            case (_?, _?): throw CommandError.parameter("at", "must not stand beside atRevision")
            case (let text?, nil):
                guard let revision = RevisionText.read(text) else {
                    throw CommandError.parameter("atRevision", "must be a revision")
                }
                return try await ledger.pastState(of: scope.tenant, at: revision)
            case (nil, let text):
                guard let time = text.flatMap(Timestamp.init(_:)), time <= context.now else {
                    let rule = "must be a time such as 2030-01-31T12:00:00Z, not in the future"
                    throw CommandError.parameter("at", rule)
                }
                let revision = try await ledger.revision(at: time)
                return try await ledger.pastState(of: scope.tenant, at: revision)
            }
        } catch let error as HistoryError {
            throw CommandError(error)
        } catch let error as CommandError {
            throw error
        } catch {
            preconditionFailure("only these two are thrown")
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
