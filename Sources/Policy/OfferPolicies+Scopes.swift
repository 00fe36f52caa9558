public import Model

/// What rules leave of the workflows that a scope admits.
public struct ScopeStanding: Sendable, Hashable {
    /// Whether they leave nobody, as far as one entry of a list shows it: one forbid covers an entry
    /// of the scope whole, or no permit of a gate meets it.
    public let isClosed: Bool
    /// The rules that keep some of these workflows out, in their order; at most
    /// `RuleNote.missCountMax`.
    public let narrowing: [RuleNote]

    /// No rule narrows it.
    public static let open = ScopeStanding(isClosed: false, narrowing: [])
}

extension OfferPolicies {
    /// The most patterns of rules that are compared with the entries of one scope, each pair
    /// counted; a scope that takes more stands as if the rest had no rule against it.
    static let comparisonCountMax = 100_000

    /// What the rules leave of a scope; nil is the scope of all workflows.
    ///
    /// About exact names it is what `judge` says. Of patterns it is told what can be proved of them
    /// pair by pair, so that a scope is closed only where nobody is left; which workflows are let
    /// through is `judge`'s to say. `stepCount` grows by what it cost, in steps of one byte compared.
    ///
    /// - Complexity: O(entries × patterns of the rules), at most `comparisonCountMax` of them.
    public func standing(
        of scope: [Pattern]?,
        connection: ConnectionID,
        mode: OwnershipMode,
        stepCount: inout Int
    ) -> ScopeStanding {
        guard !isEmpty, let all = Pattern("*") else { return .open }
        var run = ScopeRun(self, connection, mode)
        for entry in scope ?? [all] { run.take(entry) }
        stepCount += run.stepCount
        return run.standing
    }

    /// The rules that concern calls with the connection.
    fileprivate func concerned(
        _ connection: ConnectionID,
        _ mode: OwnershipMode
    ) -> [PolicyRuleMatcher] {
        rules.filter { $0.concerns(connection, mode) }
    }
}

/// One scope under the rules of one offer and connection, entry by entry.
private struct ScopeRun {
    private let forbids: [PolicyRuleMatcher]
    private let gates: [[PolicyRuleMatcher]]
    private var comparisonCount = 0
    private var isOpen = false
    private var narrowing: [Int: RuleNote] = [:]
    private(set) var stepCount = 0

    init(_ policies: OfferPolicies, _ connection: ConnectionID, _ mode: OwnershipMode) {
        let concerned = policies.concerned(connection, mode)
        forbids = concerned.filter { $0.effect == .forbid }
        gates = [PolicyLevel.platform, .tenant]
            .map { level in concerned.filter { $0.effect == .permit && $0.level == level } }
            .filter { !$0.isEmpty }
    }

    var standing: ScopeStanding {
        ScopeStanding(
            isClosed: !isOpen,
            narrowing: narrowing.sorted { $0.key < $1.key }.prefix(RuleNote.missCountMax)
                .map(\.value)
        )
    }

    /// Takes an entry of the scope.
    mutating func take(_ entry: Pattern) {
        guard comparisonCount < OfferPolicies.comparisonCountMax else {
            isOpen = true
            return
        }
        var isClosed = false
        for rule in forbids where meets(rule, entry) {
            narrowing[rule.ordinal] = RuleNote(rule, .forbids)
            if covers(rule, entry) { isClosed = true }
        }
        for gate in gates {
            let meeting = gate.filter { meets($0, entry) }
            if meeting.isEmpty { isClosed = true }
            guard !meeting.contains(where: { covers($0, entry) }) else { continue }
            for rule in gate { narrowing[rule.ordinal] = RuleNote(rule, .admits) }
        }
        if !isClosed { isOpen = true }
    }

    /// Whether the rule's list has some workflow of the entry; an empty list has all.
    private mutating func meets(_ rule: PolicyRuleMatcher, _ entry: Pattern) -> Bool {
        spend(rule, entry)
        let list = rule.match.workflows
        return list.isEmpty || list.contains { $0.intersects(entry) }
    }

    /// Whether one entry of the rule's list has every workflow of the scope's entry.
    private mutating func covers(_ rule: PolicyRuleMatcher, _ entry: Pattern) -> Bool {
        spend(rule, entry)
        let list = rule.match.workflows
        var stepCount = 0
        defer { self.stepCount += stepCount }
        return list.isEmpty || list.contains { $0.covers(entry, stepCount: &stepCount) }
    }

    private mutating func spend(_ rule: PolicyRuleMatcher, _ entry: Pattern) {
        comparisonCount += rule.match.workflows.count + 1
        // What two patterns have in common is found in their ends, or in a comparison.
        stepCount += rule.match.workflows.count * Pattern.comparisonStepCount
    }
}
