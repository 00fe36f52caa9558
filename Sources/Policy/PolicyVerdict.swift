public import Model

/// What the rules say of one call, and which of them said it.
public struct PolicyVerdict: Sendable, Hashable {
    /// The rules that have a part in it, in their order, the platform's first.
    public internal(set) var notes: [RuleNote] = []
    /// Whether a rule forbids the call, or can't be judged and would.
    public internal(set) var isForbidden = false
    /// Whether a permit matches the call at some level, and none of that level admits the workflow.
    public internal(set) var isGateFailed = false

    /// Whether nothing forbids the call and every gate is open.
    public var isAllowed: Bool { !isForbidden && !isGateFailed }

    /// The forbids that matched; any of them denies.
    public var forbids: [PolicyID] { notes.filter { $0.part == .forbids }.map(\.id) }
    /// The permits that admitted the workflow.
    public var permits: [PolicyID] { notes.filter { $0.part == .admits }.map(\.id) }

    /// The verdict when no rule has anything to say.
    public static let silent = PolicyVerdict()
}
