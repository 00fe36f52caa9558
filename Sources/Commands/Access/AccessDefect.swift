import JSON
import Model

/// What is malformed in an AuthZEN request: answered 400, or in the place of a batch's item.
struct AccessDefect: Error, Sendable, Hashable {
    let code: Issue.Code
    let place: JSONPointer
    let detail: String

    /// One line for who sent it; names the place, repeats no value.
    var message: String { place.text.isEmpty ? detail : "\(place.text) \(detail)" }

    /// The defect as the answer to the whole request.
    var error: CommandError {
        CommandError(
            .malformed,
            "INVALID_REQUEST",
            message,
            issues: [Issue(code, at: place, detail)]
        )
    }

    // MARK: Reading

    /// A required object.
    static func object(
        _ json: JSONValue?,
        at place: JSONPointer
    ) throws(AccessDefect) -> JSONObject {
        guard let json else { throw AccessDefect(.missingField, at: place, "is required") }
        guard let object = json.object else { throw wrongType(json, at: place, "an object") }
        return object
    }

    /// A required text that names something.
    static func name(
        _ object: JSONObject,
        _ key: String,
        at place: JSONPointer
    ) throws(AccessDefect) -> String {
        let place = place.appending(key)
        guard let json = object[key] else {
            throw AccessDefect(.missingField, at: place, "is required")
        }
        guard let text = json.string else { throw wrongType(json, at: place, "a string") }
        let countMax = AccessEntity.byteCountMax
        guard !text.isEmpty, text.utf8.count <= countMax else {
            throw AccessDefect(.invalidValue, at: place, "must have 1 to \(countMax) bytes")
        }
        return text
    }

    /// An object that may be left out.
    static func properties(
        _ object: JSONObject,
        _ key: String,
        at place: JSONPointer
    ) throws(AccessDefect) -> JSONObject {
        guard let json = object[key] else { return [:] }
        guard let properties = json.object else {
            throw wrongType(json, at: place.appending(key), "an object")
        }
        return properties
    }

    static func wrongType(
        _ json: JSONValue,
        at place: JSONPointer,
        _ wanted: String
    ) -> AccessDefect {
        AccessDefect(.wrongType, at: place, "must be \(wanted), is \(json.typeName)")
    }

    init(_ code: Issue.Code, at place: JSONPointer, _ detail: String) {
        self.code = code
        self.place = place
        self.detail = detail
    }
}
