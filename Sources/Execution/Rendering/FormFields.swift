import JSON

/// A JSON value as the fields of a form: members as `a[b]`, items as `a[0]`, null left out.
struct FormFields {
    private(set) var fields: [(name: String, value: String)] = []

    /// The fields of an object; none for anything else.
    init(_ body: JSONValue) {
        for member in body.object ?? [:] { add(member.key, member.value) }
    }

    private mutating func add(_ name: String, _ value: JSONValue) {
        switch value {
        case .object(let object):
            for member in object { add("\(name)[\(member.key)]", member.value) }
        case .array(let items):
            for (index, item) in items.enumerated() { add("\(name)[\(index)]", item) }
        default:
            if let text = value.templateText { fields.append((name, text)) }
        }
    }

    /// The fields as `application/x-www-form-urlencoded`.
    var encoded: String {
        fields.map { field in
            let name = PercentEncoding.encode(field.name, .form)
            return name + "=" + PercentEncoding.encode(field.value, .form)
        }
        .joined(separator: "&")
    }
}
