public import Audit
import JSON
import Synchronization

/// Which decisions are written to the trail, and what of them.
public struct DecisionLogSettings: Sendable, Hashable {
    /// Which decisions are written.
    public enum Extent: String, Sendable, Hashable, CaseIterable {
        /// Those that deny.
        case denials
        /// All of them, and explanations too.
        case all
    }

    /// What happens to an answer that permits when it can't be written at once.
    public enum WhenBusy: String, Sendable, Hashable, CaseIterable {
        /// It is answered, and left out of the trail; how many were is counted.
        case drop
        /// It waits until it is written, and is refused when it can't be.
        case wait
    }

    /// Which decisions are written; denials always are.
    public var extent = Extent.denials
    /// What happens when the trail is behind.
    public var whenBusy = WhenBusy.drop
    /// What of a question is written as `[redacted]`.
    public var masks: [PointerMask] = []

    /// The defaults.
    public init() {}
}

/// Decisions of one answer that are written before it goes out.
public struct LoggedDecisions: Sendable {
    /// Those that the answer waits for; none when they are on their way already.
    let awaited: [AuditDraft]

    /// Whether nothing is to be waited for.
    public var isEmpty: Bool { awaited.isEmpty }
}

/// Writes decisions to the trail.
///
/// A denial is durable before it is answered, and so is every decision where the log may drop
/// nothing. Else what permits is written behind the answer: at most `behindCountMax` at one time,
/// and those beyond are counted.
final class DecisionLog: Sendable {
    /// The most records written behind their answers at one time.
    static let behindCountMax = 2048
    /// The largest question that is recorded whole, in bytes of JSON; of a larger one the context
    /// and the properties are left out.
    static let questionByteCountMax = 16 << 10

    private struct Counts {
        var behind = 0
        var written: [AuditOutcome: UInt64] = [:]
        var dropped: UInt64 = 0
    }

    let settings: DecisionLogSettings
    private let audit: AuditTrail
    private let failsOpen: Bool
    private let counts = Mutex(Counts())

    init(_ settings: DecisionLogSettings, _ audit: AuditTrail, failsOpen: Bool) {
        self.settings = settings
        self.audit = audit
        self.failsOpen = failsOpen
    }

    /// Whether a decision is written.
    func takes(isAllowed: Bool) -> Bool { settings.extent == .all || !isAllowed }

    /// Sends decisions on their way to the trail; answers those that have to arrive first.
    func note(_ drafts: [AuditDraft]) -> LoggedDecisions {
        guard settings.whenBusy == .drop else { return LoggedDecisions(awaited: drafts) }
        let behind = drafts.filter { $0.outcome != .denied }
        if !behind.isEmpty { writeBehind(behind) }
        return LoggedDecisions(awaited: drafts.filter { $0.outcome == .denied })
    }

    private func writeBehind(_ drafts: [AuditDraft]) {
        let isTaken = counts.withLock { counts in
            guard counts.behind + drafts.count <= Self.behindCountMax else {
                counts.dropped += UInt64(drafts.count)
                return false
            }
            counts.behind += drafts.count
            return true
        }
        guard isTaken else { return }
        // Not awaited: whoever is permitted is not held up by a disk.
        Task { [self] in
            let isWritten = await append(drafts) == nil
            counts.withLock { counts in
                counts.behind -= drafts.count
                if !isWritten { counts.dropped += UInt64(drafts.count) }
            }
        }
    }

    /// Writes what an answer waits for; durable when it returns.
    ///
    /// - Throws: `AUDIT_UNAVAILABLE`, unless the server was told to go on without its trail.
    func write(_ decisions: LoggedDecisions) async throws(CommandError) {
        guard !decisions.awaited.isEmpty, let failure = await append(decisions.awaited) else {
            return
        }
        guard failsOpen else { throw CommandError(failure) }
        counts.withLock { $0.dropped += UInt64(decisions.awaited.count) }
    }

    private func append(_ drafts: [AuditDraft]) async -> AuditError? {
        do {
            try await audit.append(contentsOf: drafts)
        } catch {
            return error
        }
        counts.withLock { counts in
            for draft in drafts { counts.written[draft.outcome, default: 0] += 1 }
        }
        return nil
    }

    /// The question, as it is recorded.
    func recorded(_ question: JSONObject) -> JSONValue {
        var masked = JSONValue.object(question)
        for mask in settings.masks { mask.apply(to: &masked) }
        guard masked.serialized().count > Self.questionByteCountMax else { return masked }
        var short: JSONObject = ["truncated": true]
        for member in masked.object ?? [:] where member.key != "context" {
            var value = member.value.object ?? [:]
            value["properties"] = nil
            short[member.key] = .object(value)
        }
        return .object(short)
    }

    /// The part of `/metrics`.
    var metricsText: String {
        let counts = counts.withLock { $0 }
        var text = MetricsText()
        let name = "bindery_decisions_logged_total"
        text.family(name, .counter, "Decisions written to the trail, by outcome.")
        for outcome in [AuditOutcome.success, .denied] {
            text.sample(name, counts.written[outcome] ?? 0, [("outcome", outcome.rawValue)])
        }
        let dropped = "bindery_decisions_dropped_total"
        text.family(dropped, .counter, "Decisions that were answered and could not be written.")
        text.sample(dropped, counts.dropped)
        return text.text
    }
}
