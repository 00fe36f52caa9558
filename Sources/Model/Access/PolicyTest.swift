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

    // The lists as they are written, not their combinations: a rule of 10 KiB can have 10,000 of
    // these, which would hold a hundred times its memory for as long as the rule is there.
    private let subjects: [Party]
    private let actions: [String]
    private let resources: [Party]
    private let expected: Set<Names>

    /// A combination by its names: what an expectation says.
    private struct Names: Hashable {
        let subject: String
        let action: String
        let resource: String
    }

    /// Reads a test; errors go to `issues`.
    public init(_ json: JSONValue, at place: JSONPointer, issues: IssueList) {
        let members: Set<String> = ["name", "given", "expected"]
        let reader = ObjectReader(json, at: place, issues: issues, members: members)
        name = reader.string("name", byteCountMax: 256)
        let given = reader.requiredNested("given", members: Self.givenMembers)
        context = given.freeObject("context") ?? [:]
        for key in ["subjects", "actions", "resources"] {
            given.require(key)
            guard given.value(key)?.array?.isEmpty == true else { continue }
            given.error(.invalidValue, key, "is empty: the test would ask nothing")
        }
        let subjects = Self.parties(given, "subjects")
        let actions = Self.actions(given)
        let resources = Self.parties(given, "resources")
        self.resources = resources
        self.actions = actions
        let count = subjects.count * actions.count * resources.count
        if count > Self.questionCountMax {
            let detail = "gives \(count) combinations; at most \(Self.questionCountMax) are asked"
            given.error(.limitExceeded, "subjects", detail)
        }
        // A test that is refused asks nothing: no sum of its questions says more than that.
        self.subjects = count > Self.questionCountMax ? [] : subjects
        let asked = Asked(subjects, actions, resources)
        reader.require("expected")
        let names = reader.list("expected", countMax: Self.questionCountMax) { value, place in
            Self.names(value, at: place, asked, issues: issues)
        }
        expected = Set(names ?? [])
    }

    private static let givenMembers: Set<String> = ["subjects", "actions", "resources", "context"]

    /// How many combinations there are.
    public var questionCount: Int { subjects.count * actions.count * resources.count }

    /// The combinations, by subject, then action, then resource; each is made when it is asked for.
    public var questions: some Sequence<Question> {
        (0..<questionCount).lazy.map { question(at: $0) }
    }

    private func question(at index: Int) -> Question {
        let subject = subjects[index / (actions.count * resources.count)]
        let action = actions[index / resources.count % actions.count]
        let resource = resources[index % resources.count]
        let names = Names(subject: subject.id, action: action, resource: resource.id)
        return Question(
            subject: subject,
            action: action,
            resource: resource,
            isPermitted: expected.contains(names)
        )
    }

    private static func actions(_ reader: ObjectReader) -> [String] {
        let actions = reader.strings("actions", countMax: entryCountMax) ?? []
        var seen: Set<String> = []
        for (index, action) in actions.enumerated() where !seen.insert(action).inserted {
            let place = reader.place("actions").appending(index)
            reader.issues.error(.invalidValue, at: place, "stands in the list twice")
        }
        return actions
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

    /// What is given, by name, to tell what is never asked.
    private struct Asked {
        let subjects: Set<String>
        let actions: Set<String>
        let resources: Set<String>

        init(_ subjects: [Party], _ actions: [String], _ resources: [Party]) {
            self.subjects = Set(subjects.map(\.id))
            self.actions = Set(actions)
            self.resources = Set(resources.map(\.id))
        }
    }

    /// Reads an expectation; one that is never asked would never fail, and is an error.
    private static func names(
        _ value: JSONValue,
        at place: JSONPointer,
        _ asked: Asked,
        issues: IssueList
    ) -> Names? {
        let members: Set<String> = ["subject", "action", "resource"]
        let reader = ObjectReader(value, at: place, issues: issues, members: members)
        func name(_ key: String, in known: Set<String>) -> String? {
            reader.require(key)
            guard let name = reader.string(key) else { return nil }
            guard known.contains(name) else {
                let detail = "is not among the \(key)s that are given: it would never be asked"
                reader.error(.invalidValue, key, detail)
                return nil
            }
            return name
        }
        let subject = name("subject", in: asked.subjects)
        let action = name("action", in: asked.actions)
        let resource = name("resource", in: asked.resources)
        guard let subject, let action, let resource else { return nil }
        return Names(subject: subject, action: action, resource: resource)
    }
}
