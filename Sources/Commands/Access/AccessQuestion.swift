import JSON
import Model

/// A subject or a resource of a question (AuthZEN Authorization API 1.0, sections 5.1 and 5.2).
struct AccessEntity: Sendable, Hashable {
    /// The largest `type`, `id` or action name, in bytes.
    static let byteCountMax = 1024

    let type: String
    /// The id; empty in a search that asks for it.
    let id: String
    let properties: JSONObject

    /// Reads what stands at `place`; unknown members are ignored, an id too when none is wanted.
    init(_ json: JSONValue?, at place: JSONPointer, hasID: Bool = true) throws(AccessDefect) {
        let object = try AccessDefect.object(json, at: place)
        type = try AccessDefect.name(object, "type", at: place)
        id = hasID ? try AccessDefect.name(object, "id", at: place) : ""
        properties = try AccessDefect.properties(object, "properties", at: place)
    }
}

/// What a subject would do (AuthZEN section 5.3).
struct AccessAction: Sendable, Hashable {
    let name: String
    let properties: JSONObject

    /// Reads an action; unknown members are ignored.
    init(_ json: JSONValue?, at place: JSONPointer) throws(AccessDefect) {
        let object = try AccessDefect.object(json, at: place)
        name = try AccessDefect.name(object, "name", at: place)
        properties = try AccessDefect.properties(object, "properties", at: place)
    }

    /// An action without properties, as an action search finds it.
    init(_ name: String, _ properties: JSONObject = [:]) {
        self.name = name
        self.properties = properties
    }
}

/// Whether the subject may do the action on the resource: one question (AuthZEN section 6.1).
struct AccessQuestion: Sendable, Hashable {
    var subject: AccessEntity
    var action: AccessAction
    var resource: AccessEntity
    var context: JSONObject
    /// Whether the answer says why: `context.explain`, or `options.explain` of the request.
    var explains: Bool

    /// Reads a question from a request or an item of a batch.
    init(_ object: JSONObject, at place: JSONPointer, explains: Bool) throws(AccessDefect) {
        subject = try AccessEntity(object["subject"], at: place.appending("subject"))
        action = try AccessAction(object["action"], at: place.appending("action"))
        resource = try AccessEntity(object["resource"], at: place.appending("resource"))
        context = try AccessDefect.properties(object, "context", at: place)
        self.explains = explains || context["explain"]?.bool == true
    }

    /// A question that a search puts together.
    init(subject: AccessEntity, action: AccessAction, resource: AccessEntity, context: JSONObject) {
        self.subject = subject
        self.action = action
        self.resource = resource
        self.context = context
        self.explains = false
    }

    /// Whether the request's `options` ask for explanations.
    static func explains(_ object: JSONObject) -> Bool {
        object["options"]?["explain"]?.bool == true
    }
}

extension AccessEntity {
    /// An entity that a search puts together.
    init(type: String, id: String, properties: JSONObject = [:]) {
        self.type = type
        self.id = id
        self.properties = properties
    }

    /// The same kind of entity, of another id.
    func named(_ id: String) -> AccessEntity {
        AccessEntity(type: type, id: id, properties: properties)
    }

    /// The entity as a search answers it.
    var json: JSONValue { ["type": .string(type), "id": .string(id)] }
}
