import JSON

/// One place at which a set changes an object, and its values before and after.
struct SetField: Sendable {
    /// The longest value that is told, in bytes of its JSON; of a longer one it is told that it is.
    static let valueByteCountMax = 1024

    /// Where it is in the object.
    let pointer: String
    private let before: JSONValue?
    private let after: JSONValue?

    /// The place that `pointer` names in both objects; it is missing in one for what is new or goes.
    init(pointer: String, before: JSONValue, after: JSONValue) {
        self.pointer = pointer
        let place = JSONPointer(pointer)
        self.before = place.flatMap { before.at($0) }
        self.after = place.flatMap { after.at($0) }
    }

    /// As the API writes it: a side without a value has no member.
    var json: JSONValue {
        var json: JSONObject = ["pointer": .string(pointer)]
        for (name, value) in [("before", before), ("after", after)] {
            guard let value else { continue }
            let byteCount = value.serialized().count
            if byteCount <= Self.valueByteCountMax {
                json[name] = value
            } else {
                json[name + "ByteCount"] = .integer(Int64(byteCount))
            }
        }
        return .object(json)
    }
}
