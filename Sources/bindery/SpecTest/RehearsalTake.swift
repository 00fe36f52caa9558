import JSON
import Model

/// An input that an operation is called with, and what it is to show.
struct RehearsalTake: Sendable {
    /// What an input is to show.
    enum Kind: String, Sendable, CaseIterable {
        /// Every member has its place.
        case full
        /// A member that is missing is left out, with what it would have filled.
        case minimal
        /// Characters that mean something in a URL do not leave their place.
        case hostile
    }

    /// A text that would be other segments, a query and a fragment.
    static let hostileText = "a/../b?c=d&e#f%2F é"

    /// The same for a reference that may have several segments: without the dots, which are refused.
    static let hostilePathText = "a/b?c=d&e#f%2F é"

    let kind: Kind
    let input: JSONValue

    /// The takes of an operation; nil when no input can be made for it.
    static func all(_ operation: Operation) -> [RehearsalTake]? {
        guard let schema = operation.inputSchema else {
            return [RehearsalTake(kind: .full, input: [:])]
        }
        guard let full = schema.example(.full) else { return nil }
        var takes = [RehearsalTake(kind: .full, input: full)]
        if let minimal = schema.example(.minimal), minimal != full {
            takes.append(RehearsalTake(kind: .minimal, input: minimal))
        }
        if let hostile = hostile(full, operation, schema) {
            takes.append(RehearsalTake(kind: .hostile, input: hostile))
        }
        return takes
    }

    /// The input with the hostile text wherever the URL takes a text and the schema lets it; nil
    /// when it does so nowhere.
    private static func hostile(
        _ full: JSONValue,
        _ operation: Operation,
        _ schema: Schema
    ) -> JSONValue? {
        let references = operation.path.references + operation.query.flatMap(\.value.references)
        var input = full.object ?? [:]
        for reference in references where reference.root == .input && reference.path.count == 1 {
            let name = reference.path[0]
            guard input[name]?.string != nil else { continue }
            var changed = input
            changed[name] = .string(reference.keepsSlashes ? hostilePathText : hostileText)
            if schema.check(.object(changed)).isEmpty { input = changed }
        }
        return .object(input) == full ? nil : .object(input)
    }
}
