import JSON

/// An answer in XML, as a provider would write it: what is no object or list is a text.
///
/// So numbers and truth values become texts, as they are when the provider itself answers; an output
/// schema that wants them otherwise is found.
enum PlayedXML {
    /// The document of a value whose one member is the root; nil for any other value.
    static func text(of value: JSONValue) -> String? {
        guard let object = value.object, object.count == 1, let root = object.members.first,
            root.value.array == nil
        else { return nil }
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>" + element(root.key, root.value)
    }

    private static func element(_ name: String, _ value: JSONValue) -> String {
        switch value {
        case .array(let items): items.map { element(name, $0) }.joined()
        case .object(let members):
            "<\(name)>" + members.map { element($0.key, $0.value) }.joined() + "</\(name)>"
        case .null: ""
        case .string(let text): "<\(name)>\(escaped(text))</\(name)>"
        default: "<\(name)>\(escaped(value.serializedText))</\(name)>"
        }
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }
}
