public import JSON
import Ledger
public import Model
import Policy

/// Asks the questions of policy tests, of a state that need not be the newest one.
public struct PolicyTestRun {
    /// The most failures told.
    public static let failureCountMax = 20
    /// The most steps of one run, in steps of one byte compared: about a second.
    static let stepCountMax = 300_000_000

    private var decider: AccessDecider
    /// The tenant whose tests they are; nil for the platform's.
    private let tenant: TenantID?
    /// What failed, each with its place.
    public private(set) var failures: [Issue] = []
    /// How many questions were asked.
    public private(set) var questionCount = 0
    /// How many of them were answered otherwise than expected.
    public private(set) var failureCount = 0

    /// A run on a state that changes would make.
    init(_ context: CommandContext, rehearsing state: State, of tenant: TenantID?) {
        self.decider = AccessDecider(context, rehearsing: state)
        self.tenant = tenant
    }

    /// A run on the newest state.
    public init(_ context: CommandContext, of tenant: TenantID?) {
        self.decider = AccessDecider(context)
        self.tenant = tenant
    }

    /// Runs tests whose list stands at a place.
    public mutating func run(_ tests: [PolicyTest], at place: JSONPointer) {
        for (index, test) in tests.enumerated() { run(test, at: place.appending(index)) }
    }

    /// Runs a test that stands at a place.
    public mutating func run(_ test: PolicyTest, at place: JSONPointer) {
        for question in test.questions {
            guard decider.stepCount < Self.stepCountMax else {
                let detail = "take too long to run: \(questionCount) questions were asked"
                return add(Issue(.limitExceeded, at: place, detail))
            }
            ask(question, test, at: place)
        }
    }

    private mutating func ask(
        _ question: PolicyTest.Question,
        _ test: PolicyTest,
        at place: JSONPointer
    ) {
        questionCount += 1
        let outcome: AccessDecision
        do {
            outcome = try decider.decide(asked(question, test))
        } catch {
            return add(issue(question, test, "\(error.code): \(error.detail)", place))
        }
        guard outcome.isAllowed != question.isPermitted else { return }
        let audience = decider.context.caller.audience(of: tenant)
        let why = outcome.explanation(for: audience)
        let rules = (why["determining"]?.array ?? []).compactMap { $0["ruleId"]?.string }
        let reason =
            rules.isEmpty
            ? outcome.reasons.joined(separator: ", ") : "by " + rules.joined(separator: ", ")
        add(issue(question, test, reason, place))
    }

    private func asked(_ question: PolicyTest.Question, _ test: PolicyTest) -> AccessQuestion {
        func entity(_ party: PolicyTest.Party) -> AccessEntity {
            AccessEntity(type: party.type, id: party.id, properties: party.properties)
        }
        var subject = question.subject.properties
        // A tenant's tests are about its own.
        if let tenant, subject["tenantId"] == nil { subject["tenantId"] = .string(tenant.text) }
        var asked = AccessQuestion(
            subject: AccessEntity(
                type: question.subject.type,
                id: question.subject.id,
                properties: subject
            ),
            action: AccessAction(question.action),
            resource: entity(question.resource),
            context: test.context
        )
        asked.explains = true
        return asked
    }

    private func issue(
        _ question: PolicyTest.Question,
        _ test: PolicyTest,
        _ reason: String,
        _ place: JSONPointer
    ) -> Issue {
        let (subject, resource) = (question.subject.id, question.resource.id)
        let wanted = question.isPermitted ? "permitted" : "denied"
        let found = question.isPermitted ? "denied" : "permitted"
        let name = test.name.map { "\($0): " } ?? ""
        return Issue(
            .policyTestFailed,
            at: place,
            "\(name)\(subject) \(question.action) \(resource) should be \(wanted), is \(found)"
                + (reason.isEmpty ? "" : " (\(reason))")
        )
    }

    private mutating func add(_ issue: Issue) {
        failureCount += 1
        if failures.count < Self.failureCountMax { failures.append(issue) }
    }
}
