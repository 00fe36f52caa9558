public import JSON

/// A test of policies: who may do what to what, as a matrix.
///
/// Every combination of the given subjects, actions and resources is asked; those that are expected
/// are permitted, and what is not listed is denied.
public struct PolicyTest: Sendable, Hashable {
    /// The most tests of one rule.
    public static let testCountMax = 100
    /// The most subjects, actions or resources of one test.
    public static let entryCountMax = 100
    /// The most combinations of one test.
    public static let questionCountMax = 1_000

    /// The most combinations of all tests of one rule.
    public static let ruleQuestionCountMax = 10_000

    /// A subject or a resource, as AuthZEN names it.
    public struct Party: Sendable, Hashable {
        /// Its type.
        public let type: String
        /// Its id.
        public let id: String
        /// What the question tells of it.
        public let properties: JSONObject
    }

    /// One combination.
    public struct Question: Sendable, Hashable {
        /// Who would act.
        public let subject: Party
        /// What would be done.
        public let action: String
        /// To what.
        public let resource: Party
        /// Whether it is to be permitted.
        public let isPermitted: Bool
    }

    /// What it is about, in words.
    public let name: String?
    /// The circumstances of all its questions.
    public let context: JSONObject
    /// The combinations, by subject, then action, then resource.
    public let questions: [Question]

    /// A combination by its names: what an expectation says.
    fileprivate struct Names: Hashable {
        let subject: String
        let action: String
        let resource: String
    }

    /// Reads a test; errors go to `issues`.
    public init(_ json: JSONValue, at place: JSONPointer, issues: IssueList) {
        let members: Set<String> = ["name", "given", "expected"]
        let reader = ObjectReader(json, at: place, issues: issues, members: members)
        name = reader.string("name", byteCountMax: 256)
        reader.require("expected")
        var expected: Set<Names> = []
        _ = reader.list("expected", countMax: Self.questionCountMax) { value, place in
            Self.names(value, at: place, issues: issues).map { expected.insert($0) }
        }
        let given = reader.requiredNested("given", members: Self.givenMembers)
        context = given.freeObject("context") ?? [:]
        questions = Self.questions(given, expected)
        let asked = Set(questions.map(\.names))
        // What is never asked would never fail.
        for names in expected.subtracting(asked).sorted(by: { $0.subject < $1.subject }) {
            reader.error(
                .invalidValue,
                "expected",
                "expects \(names.subject) to be permitted \(names.action) on \(names.resource), "
                    + "which is no combination of what is given"
            )
        }
    }

    private static let givenMembers: Set<String> = ["subjects", "actions", "resources", "context"]

    /// The combinations of what is given.
    private static func questions(_ given: ObjectReader, _ expected: Set<Names>) -> [Question] {
        for key in ["subjects", "actions", "resources"] {
            given.require(key)
            guard given.value(key)?.array?.isEmpty == true else { continue }
            given.error(.invalidValue, key, "is empty: the test would ask nothing")
        }
        let subjects = parties(given, "subjects")
        let resources = parties(given, "resources")
        let actions = given.strings("actions", countMax: entryCountMax) ?? []
        let count = subjects.count * actions.count * resources.count
        guard count <= questionCountMax else {
            let detail = "gives \(count) combinations; at most \(questionCountMax) are asked"
            given.error(.limitExceeded, "subjects", detail)
            return []
        }
        return subjects.flatMap { subject in
            actions.flatMap { action in
                resources.map { resource in
                    let names = Names(subject: subject.id, action: action, resource: resource.id)
                    return Question(
                        subject: subject,
                        action: action,
                        resource: resource,
                        isPermitted: expected.contains(names)
                    )
                }
            }
        }
    }

    private static func parties(_ reader: ObjectReader, _ key: String) -> [Party] {
        var seen: Set<String> = []
        return reader.list(key, countMax: entryCountMax) { value, place -> Party? in
            let members: Set<String> = ["type", "id", "properties"]
            let item = ObjectReader(value, at: place, issues: reader.issues, members: members)
            item.require("type")
            item.require("id")
            guard let type = item.string("type", byteCountMax: 1024),
                let id = item.string("id", byteCountMax: 1024)
            else { return nil }
            if !seen.insert(id).inserted {
                item.error(.invalidValue, "id", "stands in the list twice: expectations go by id")
            }
            return Party(type: type, id: id, properties: item.freeObject("properties") ?? [:])
        } ?? []
    }

    private static func names(
        _ value: JSONValue,
        at place: JSONPointer,
        issues: IssueList
    ) -> Names? {
        let members: Set<String> = ["subject", "action", "resource"]
        let reader = ObjectReader(value, at: place, issues: issues, members: members)
        for key in ["subject", "action", "resource"] { reader.require(key) }
        guard let subject = reader.string("subject"), let action = reader.string("action"),
            let resource = reader.string("resource")
        else { return nil }
        return Names(subject: subject, action: action, resource: resource)
    }
}

extension PolicyTest.Question {
    fileprivate var names: PolicyTest.Names {
        PolicyTest.Names(subject: subject.id, action: action, resource: resource.id)
    }
}
