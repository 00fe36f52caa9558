import JSON
import Model

/// A search, read: the question without what is sought, and the page (AuthZEN section 8).
struct AccessSearch {
    /// What is sought; its name or id is left out of the question.
    enum Sought: String, Sendable {
        case subject
        case resource
        case action
    }

    /// The question; what is sought in it has no name.
    let question: AccessQuestion
    /// The part of the results that is asked for.
    let page: AccessPage

    /// Reads a request; an id or a name of what is sought is ignored.
    ///
    /// - Throws: `INVALID_REQUEST`.
    init(_ body: JSONValue, for sought: Sought) throws(CommandError) {
        do {
            let root = JSONPointer.root
            let object = try AccessDefect.object(body, at: root)
            question = AccessQuestion(
                subject: try AccessEntity(
                    object["subject"],
                    at: root.appending("subject"),
                    hasID: sought != .subject
                ),
                action: sought == .action
                    ? AccessAction("")
                    : try AccessAction(object["action"], at: root.appending("action")),
                resource: try AccessEntity(
                    object["resource"],
                    at: root.appending("resource"),
                    hasID: sought != .resource
                ),
                context: try AccessDefect.properties(object, "context", at: root)
            )
            page = try AccessPage(object, of: Self.digested(question, sought))
        } catch {
            throw error.error
        }
    }

    /// Everything of the question that tells one search from another.
    private static func digested(_ question: AccessQuestion, _ sought: Sought) -> JSONValue {
        [
            "sought": .string(sought.rawValue),
            "subject": digested(question.subject), "resource": digested(question.resource),
            "action": [
                "name": .string(question.action.name),
                "properties": .object(question.action.properties),
            ],
            "context": .object(question.context),
        ]
    }

    private static func digested(_ entity: AccessEntity) -> JSONValue {
        [
            "type": .string(entity.type), "id": .string(entity.id),
            "properties": .object(entity.properties),
        ]
    }
}
