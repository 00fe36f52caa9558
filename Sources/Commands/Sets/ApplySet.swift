public import JSON
import Ledger
public import Model

/// Brings a set of objects about, all of them or none (API section 10, "Apply and export").
///
/// One entry of the log: a reader sees either nothing of it or everything. Each object passes the
/// checks of its own write, in the order in which the kinds need one another, on the state that the
/// ones before it have made; so a set may bring a config and its connections in any order. What two
/// configs may not both have, a domain, and the tests of rules are judged on the state that the whole
/// set makes.
public struct ApplySet: Sendable {
    /// The most objects of one set, and the most changes that one set makes: each of them has an
    /// audit record of its own.
    public static let objectCountMax = 10_000
    /// The most lines of a set as NDJSON, blank ones included.
    public static let lineCountMax = 2 * objectCountMax
    /// The most pointers told of one change.
    public static let fieldCountMax = 100

    /// How the objects came.
    public enum Form: Sendable {
        /// `{"objects": […]}`.
        case document
        /// One a line; `null` stands for a blank line, so that an object's index tells its line.
        case lines
    }

    /// What is removed of that which a set does not have.
    public enum Pruning: Sendable, Hashable {
        /// Nothing.
        case nothing
        /// All of the kinds and tenants in the set.
        case all
        /// Of the kinds and tenants in the set what has the label.
        case labelled(LabelSelector)

        /// Reads the parameters of a request.
        ///
        /// - Throws: `INVALID_PARAMETER` for a label that is none, or that narrows nothing.
        public init(prunes: Bool, label: String?) throws(CommandError) {
            guard let label else {
                self = prunes ? .all : .nothing
                return
            }
            guard prunes else {
                throw .parameter("label", "narrows what prune=true removes, and that is not asked")
            }
            guard let selector = LabelSelector(label) else {
                throw .parameter("label", "must be \(LabelSelector.words)")
            }
            self = .labelled(selector)
        }

        /// Whether a document that is not in the set goes.
        func takes(_ document: StoredDocument) -> Bool {
            switch self {
            case .nothing: false
            case .all: true
            case .labelled(let selector): selector.selects(document)
            }
        }
    }

    /// The body: `{"objects": […]}`.
    public let body: JSONValue
    /// How the objects came.
    public let form: Form
    /// What of the kinds and tenants in the set that is not in it is removed.
    public let pruning: Pruning
    /// Whether the values that change are told with their pointers.
    public let showsValues: Bool

    /// A request.
    public init(body: JSONValue, form: Form, pruning: Pruning, showsValues: Bool) {
        self.body = body
        self.form = form
        self.pruning = pruning
        self.showsValues = showsValues
    }

    /// Carries it out.
    ///
    /// `If-Match` names the store's revision that the plan was made at.
    ///
    /// - Throws: What the writes of the objects refuse, with pointers into the set;
    ///   `LIMIT_EXCEEDED`; `REVISION_MISMATCH`; `CONNECTION_IN_USE` and the like for what can't be
    ///   pruned; `POLICY_TEST_FAILED`; `OVERLOADED` when other writes kept tests from ending on the
    ///   newest state.
    public func run(_ context: CommandContext) async throws(CommandError) -> CommandAnswer {
        let members = try read()
        let found = try await SetChecks(members: members, context: context).run()
        let subject = WriteSubject(action: "set.apply", type: "set", id: "set")
        let tenants = Set(members.compactMap(\.tenant))
        return try await TestedWorld.write { () async throws(CommandError) in
            let world = try await tested(members, found, tenants, context)
            return try await context.write(subject) { (state, stamp) throws(CommandError) in
                let run = try made(of: members, found, state, stamp, context)
                guard !run.isTested || world == TestedWorld(state, tenants) else {
                    throw TestedWorld.moved
                }
                return try run.plan(showsValues: showsValues)
            }
        }
    }

    /// All of the set, made in memory.
    private func made(
        of members: [SetMember],
        _ found: SetChecks.Found,
        _ state: State,
        _ stamp: Ledger.Stamp,
        _ context: CommandContext
    ) throws(CommandError) -> SetRun {
        try context.precondition.check(state.revision)
        var run = SetRun(context, state, stamp)
        try run.apply(members, knowing: found, pruning: pruning)
        try run.checkDomains()
        return run
    }

    /// Runs the tests that rules of the set bring, before it is planned.
    ///
    /// - Returns: What they were run on; nil when there are none, or the set is refused, which its
    ///   plan will say on the state that is then the newest.
    private func tested(
        _ members: [SetMember],
        _ found: SetChecks.Found,
        _ tenants: Set<TenantID>,
        _ context: CommandContext
    ) async throws(CommandError) -> TestedWorld? {
        let bringsTests = members.contains { $0.kind == .policy && $0.object["tests"] != nil }
        guard bringsTests else { return nil }
        if !context.isDryRun { try await context.refresh() }
        return try context.services.ledger.rehearse(now: context.now) {
            (state, stamp) throws(CommandError) in
            var run: SetRun
            do throws(CommandError) {
                run = try made(of: members, found, state, stamp, context)
            } catch {
                return Ledger.Plan([], answer: nil)
            }
            try run.runTests()
            return Ledger.Plan([], answer: TestedWorld(state, tenants))
        }
    }

    private func read() throws(CommandError) -> [SetMember] {
        let issues = IssueList()
        let reader = ObjectReader(body, at: .root, issues: issues, members: ["objects"])
        if reader.value("objects") == nil {
            issues.error(.missingField, at: reader.place("objects"), "is required")
        }
        let blankCountMax = form == .lines ? Self.lineCountMax - Self.objectCountMax : 0
        let countMax = Self.objectCountMax + blankCountMax
        let members = reader.list("objects", countMax: countMax) { value, place -> SetMember? in
            if form == .lines, value == .null { return nil }
            return SetMember(value, at: place, issues: issues)
        }
        if issues.hasErrors { throw .invalid(issues.issues) }
        guard let members, members.count <= Self.objectCountMax else {
            throw .invalid(
                .limitExceeded,
                at: reader.place("objects"),
                "must hold at most \(Self.objectCountMax) items, holds \(members?.count ?? 0)"
            )
        }
        return members
    }
}
