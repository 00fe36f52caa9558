public import JSON
import Ledger
import Model

/// Brings a set of objects about, all of them or none (API section 10, "Apply and export").
///
/// One entry of the log: a reader sees either nothing of it or everything. Each object passes the
/// checks of its own write, in the order in which the kinds need one another, on the state that the
/// ones before it have made; so a set may bring a config and its connections in any order.
public struct ApplySet: Sendable {
    /// The most objects of one set, and the most changes that one set makes: each of them has an
    /// audit record of its own.
    public static let objectCountMax = 1000
    /// The most pointers told of one change.
    public static let fieldCountMax = 100

    /// The body: `{"objects": […]}`.
    public let body: JSONValue
    /// Whether objects of the kinds and tenants in the set that are not in it are removed.
    public let prunes: Bool

    /// A request.
    public init(body: JSONValue, prunes: Bool) {
        self.body = body
        self.prunes = prunes
    }

    /// Carries it out.
    ///
    /// `If-Match` names the store's revision that the plan was made at.
    ///
    /// - Throws: What the write of an object refuses, with pointers into the set; `LIMIT_EXCEEDED`;
    ///   `REVISION_MISMATCH`; `CONNECTION_IN_USE` and the like for what can't be pruned.
    public func run(_ context: CommandContext) async throws(CommandError) -> CommandAnswer {
        let members = try read()
        let findings = try await SetChecks(members: members, context: context).run()
        let subject = WriteSubject(action: "set.apply", type: "set", id: "set")
        return try await context.write(subject) { (state, stamp) throws(CommandError) in
            try context.precondition.check(state.revision)
            var run = SetRun(context, state, stamp)
            try run.apply(members, knowing: findings)
            if prunes { try run.prune(members) }
            return try run.plan()
        }
    }

    private func read() throws(CommandError) -> [SetMember] {
        let issues = IssueList()
        let reader = ObjectReader(body, at: .root, issues: issues, members: ["objects"])
        if reader.value("objects") == nil {
            issues.error(.missingField, at: reader.place("objects"), "is required")
        }
        let members = reader.list("objects", countMax: Self.objectCountMax) {
            SetMember($0, at: $1, issues: issues)
        }
        if issues.hasErrors { throw .invalid(issues.issues) }
        return members ?? []
    }
}
