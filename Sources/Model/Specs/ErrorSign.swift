public import JSON

/// What makes an answer with a status of 200 to 299 an error all the same.
///
/// Some providers answer every request that they could read with 200 and say in the body whether it
/// was carried out, such as `{"ok": false, "error": "channel_not_found"}`.
public struct ErrorSign: Sendable, Hashable {
    /// Where in the body to look.
    public let pointer: JSONPointer
    /// The value that is an error, or the one that is none.
    public let value: JSONValue
    /// Whether `value` is an error; else every other value is, of an answer that has one there.
    public let isEqual: Bool

    /// Whether an answer's body has the sign.
    public func stands(in body: JSONValue) -> Bool {
        guard let found = body.at(pointer) else { return false }
        return (found == value) == isEqual
    }

    /// Reads the member `when` of an operation's `errors`; nil when absent.
    static func read(_ errors: ObjectReader) -> ErrorSign? {
        let members: Set<String> = ["pointer", "equals", "notEquals"]
        guard let reader = errors.nested("when", members: members) else { return nil }
        reader.require("pointer")
        let (equal, other) = (reader.value("equals"), reader.value("notEquals"))
        if other == nil {
            reader.require("equals")
        } else if equal != nil {
            reader.error(.invalidValue, "notEquals", "stands beside equals: name one")
        }
        guard let pointer = reader.pointer("pointer"), let value = equal ?? other else {
            return nil
        }
        return ErrorSign(pointer: pointer, value: value, isEqual: equal != nil)
    }
}
