public import JSON

/// What makes an answer with a status of 200 to 299 an error all the same.
///
/// Some providers answer every request that they could read with 200 and say in the body whether it
/// was carried out, such as `{"ok": false, "error": "channel_not_found"}`.
public struct ErrorSign: Sendable, Hashable {
    /// Where in the body to look.
    public let pointer: JSONPointer
    /// The value that is an error.
    public let value: JSONValue

    /// Whether an answer's body has the sign.
    public func stands(in body: JSONValue) -> Bool { body.at(pointer) == value }

    /// Reads the member `when` of an operation's `errors`; nil when absent.
    static func read(_ errors: ObjectReader) -> ErrorSign? {
        guard let reader = errors.nested("when", members: ["pointer", "equals"]) else { return nil }
        reader.require("pointer")
        reader.require("equals")
        guard let pointer = reader.pointer("pointer"), let value = reader.value("equals") else {
            return nil
        }
        return ErrorSign(pointer: pointer, value: value)
    }
}
