import JSON
import Model

/// Why a request cannot be made from an operation's templates, told by whose fault it is.
enum RenderFailure: Error, Hashable {
    /// What the caller gave.
    case input([Issue])
    /// What the connection or the binding is configured with.
    case config([Issue])
    /// What the secret holds.
    case secret(detail: String)
    /// What the spec says.
    case spec(detail: String)

    /// A reference whose value is missing or cannot stand where it should.
    static func reference(
        _ reference: Template.Reference,
        _ code: Issue.Code,
        _ detail: String
    ) -> RenderFailure {
        var pointer = JSONPointer.root.appending(reference.root.rawValue)
        for step in reference.path { pointer = pointer.appending(step) }
        switch reference.root {
        case .input: return .input([Issue(code, at: pointer, detail)])
        case .config: return .config([Issue(.configSchemaViolation, at: pointer, detail)])
        // A spec that names the answer in a request is not accepted.
        case .response: return .spec(detail: "it names the answer in a request")
        case .secret:
            return .secret(detail: "its field \(reference.path.joined(separator: ".")) \(detail)")
        }
    }

    /// The same, as a call fails with it.
    var reason: CallFailure.Reason {
        switch self {
        case .input(let issues): .invalidInput(issues)
        case .config(let issues): .invalidConfig(issues)
        case .secret(let detail): .secretUnavailable(detail: detail)
        case .spec(let detail): .requestNotSendable(detail: detail)
        }
    }
}
