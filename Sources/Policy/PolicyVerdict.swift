public import Model

/// What the rules say of one call, and which of them said it.
public struct PolicyVerdict: Sendable, Hashable {
    /// The forbids that matched, in the order of the rules; any of them denies.
    public internal(set) var forbids: [PolicyID] = []
    /// The permits that admitted the workflow, in the order of the rules.
    public internal(set) var permits: [PolicyID] = []
    /// Whether a permit matches the call at some level, and none of that level admits the workflow.
    public internal(set) var isGateFailed = false

    /// Whether nothing forbids the call and every gate is open.
    public var isAllowed: Bool { forbids.isEmpty && !isGateFailed }

    /// The verdict when no rule has anything to say.
    public static let silent = PolicyVerdict()
}
