import JSON
import Model

/// What a played provider answers, made of what its spec says of the answer.
enum RehearsalAnswer {
    /// The largest index of a list that a mapping may name.
    private static let indexMax = 100

    /// A body that the output schema takes, or of which the spec's mapping makes what it takes.
    ///
    /// Nil when no example of the schema can be made.
    static func body(of operation: Operation) -> JSONValue? {
        guard let schema = operation.outputSchema else { return [:] }
        guard let output = schema.example(.full) else { return nil }
        guard let mapping = operation.output else { return output }
        var body = JSONValue.null
        fill(mapping, with: output, in: &body)
        return body.isNull ? [:] : body
    }

    /// Puts each part of the output where the mapping takes it from.
    private static func fill(
        _ mapping: TemplateTree,
        with output: JSONValue,
        in body: inout JSONValue
    ) {
        switch mapping {
        case .text(let template):
            guard let reference = template.whole, reference.root == .response,
                reference.path.first == "body"
            else { return }
            body = setting(output, at: reference.path.dropFirst(), in: body)
        case .object(let members):
            for member in members {
                guard let part = output[member.key] else { continue }
                fill(member.value, with: part, in: &body)
            }
        case .array, .constant: return
        }
    }

    private static func setting(
        _ value: JSONValue,
        at path: ArraySlice<String>,
        in json: JSONValue
    ) -> JSONValue {
        guard let step = path.first else { return value }
        if let index = Int(step), (0...indexMax).contains(index) {
            var items = json.array ?? []
            while items.count <= index { items.append(.null) }
            items[index] = setting(value, at: path.dropFirst(), in: items[index])
            return .array(items)
        }
        var object = json.object ?? [:]
        object[step] = setting(value, at: path.dropFirst(), in: object[step] ?? .null)
        return .object(object)
    }
}
