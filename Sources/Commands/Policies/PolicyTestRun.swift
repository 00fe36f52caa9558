public import JSON
import Ledger
public import Model
import Policy

/// Asks the questions of policy tests, of one state, which need not be the newest one.
///
/// The tests of a set share a run: what they may cost is bounded together, and what is compiled for
/// one rule's is there for the next one's.
public struct PolicyTestRun {
    /// The most failures of one owner's tests that are told.
    public static let failureCountMax = 20
    /// The most steps of one run, in steps of one byte compared: about a second.
    static let stepCountMax = 300_000_000

    /// What became of one owner's tests.
    public struct Outcome: Sendable {
        /// What failed, each with its place; of more than `failureCountMax` the first.
        public private(set) var failures: [Issue] = []
        /// How many questions were answered otherwise than expected, or could not be asked.
        public private(set) var failureCount = 0

        fileprivate var isFull: Bool { failures.count >= PolicyTestRun.failureCountMax }

        fileprivate mutating func add(_ failure: @autoclosure () -> Issue) {
            failureCount += 1
            if !isFull { failures.append(failure()) }
        }
    }

    private var decider: AccessDecider
    private let stepCountMax: Int
    /// How many questions were asked.
    public private(set) var questionCount = 0

    /// A run on a state that changes would make.
    init(_ context: CommandContext, rehearsing state: State) {
        self.decider = AccessDecider(context, rehearsing: state)
        self.stepCountMax = Self.stepCountMax
    }

    /// A run on the newest state.
    public init(_ context: CommandContext) {
        self.init(context, stepCountMax: Self.stepCountMax)
    }

    /// A run on the newest state that may cost so much.
    init(_ context: CommandContext, stepCountMax: Int) {
        self.decider = AccessDecider(context)
        self.stepCountMax = stepCountMax
    }

    /// Runs tests whose list stands at a place.
    ///
    /// - Parameters:
    ///   - tests: The tests.
    ///   - tenant: Whose policies they are about; nil for the platform's.
    ///   - place: Where the list stands.
    /// - Returns: What failed.
    public mutating func run(
        _ tests: [PolicyTest],
        of tenant: TenantID?,
        at place: JSONPointer
    ) -> Outcome {
        var outcome = Outcome()
        for (index, test) in tests.enumerated() {
            guard run(test, of: tenant, at: place.appending(index), &outcome) else { break }
        }
        return outcome
    }

    /// Runs a test that stands at a place.
    public mutating func run(
        _ test: PolicyTest,
        of tenant: TenantID?,
        at place: JSONPointer
    ) -> Outcome {
        var outcome = Outcome()
        _ = run(test, of: tenant, at: place, &outcome)
        return outcome
    }

    /// Answers whether there was work enough left for all of the test.
    private mutating func run(
        _ test: PolicyTest,
        of tenant: TenantID?,
        at place: JSONPointer,
        _ outcome: inout Outcome
    ) -> Bool {
        for question in test.questions {
            guard decider.wholeStepCount < stepCountMax else {
                let detail = "take too long to run: \(questionCount) questions were asked"
                outcome.add(Issue(.limitExceeded, at: place, detail))
                return false
            }
            ask(question, test, of: tenant, at: place, &outcome)
        }
        return true
    }

    private mutating func ask(
        _ question: PolicyTest.Question,
        _ test: PolicyTest,
        of tenant: TenantID?,
        at place: JSONPointer,
        _ outcome: inout Outcome
    ) {
        questionCount += 1
        var asked = Self.asked(question, test, of: tenant)
        do throws(CommandError) {
            // Most questions are answered as expected, and nobody asks why.
            let decision = try decider.decide(asked, isKept: false)
            guard decision.isAllowed != question.isPermitted else { return }
            guard !outcome.isFull else { return outcome.add(Self.issue(question, test, "", place)) }
            asked.explains = true
            let reason = Self.reason(try decider.decide(asked), decider.context.caller, tenant)
            outcome.add(Self.issue(question, test, reason, place))
        } catch {
            outcome.add(Self.issue(question, test, "\(error.code): \(error.detail)", place))
        }
    }

    /// What decided, in words: the rules that the caller may know of, else why there is none.
    private static func reason(
        _ decision: AccessDecision,
        _ caller: Caller,
        _ tenant: TenantID?
    ) -> String {
        let why = decision.explanation(for: caller.audience(of: tenant))
        let rules = (why["determining"]?.array ?? []).compactMap { $0["ruleId"]?.string }
        return rules.isEmpty
            ? decision.reasons.joined(separator: ", ") : "by " + rules.joined(separator: ", ")
    }

    private static func asked(
        _ question: PolicyTest.Question,
        _ test: PolicyTest,
        of tenant: TenantID?
    ) -> AccessQuestion {
        func entity(_ party: PolicyTest.Party, _ properties: JSONObject) -> AccessEntity {
            AccessEntity(type: party.type, id: party.id, properties: properties)
        }
        var subject = question.subject.properties
        // A tenant's tests are about its own.
        if let tenant, subject["tenantId"] == nil { subject["tenantId"] = .string(tenant.text) }
        return AccessQuestion(
            subject: entity(question.subject, subject),
            action: AccessAction(question.action),
            resource: entity(question.resource, question.resource.properties),
            context: test.context
        )
    }

    private static func issue(
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
}
