public import JSON
import Model

/// A question that rules with attributes decide: who would do what to what, and under which
/// circumstances.
public struct AttributeQuestion: Sendable {
    /// A subject or a resource, as rules see it.
    public struct Party: Sendable {
        /// Its type.
        public let type: String
        /// Its id.
        public let id: String
        /// What the store knows of it, which goes over what the question says.
        public let stored: JSONObject
        /// What the question says of it.
        public let told: JSONObject

        /// A party.
        public init(type: String, id: String, stored: JSONObject, told: JSONObject) {
            self.type = type
            self.id = id
            self.stored = stored
            self.told = told
        }
    }

    /// Who would act.
    public let subject: Party
    /// The name of what would be done.
    public let action: String
    /// What the question says of the action.
    public let actionProperties: JSONObject
    /// To what.
    public let resource: Party
    /// The circumstances.
    public let context: JSONObject

    /// A question.
    public init(
        subject: Party,
        action: String,
        actionProperties: JSONObject,
        resource: Party,
        context: JSONObject
    ) {
        self.subject = subject
        self.action = action
        self.actionProperties = actionProperties
        self.resource = resource
        self.context = context
    }

    /// The value at a path; nil when there is none.
    func value(_ path: AttributePath) -> JSONValue? {
        var value: JSONValue?
        switch path.part {
        case .subject: value = subject.value(path.names[0])
        case .resource: value = resource.value(path.names[0])
        case .action:
            value = path.names[0] == "name" ? .string(action) : actionProperties[path.names[0]]
        case .context: value = context[path.names[0]]
        }
        for name in path.names.dropFirst() { value = value?[name] }
        return value
    }
}

extension AttributeQuestion.Party {
    fileprivate func value(_ name: String) -> JSONValue? {
        switch name {
        case "type": .string(type)
        case "id": .string(id)
        default: stored[name] ?? told[name]
        }
    }
}
