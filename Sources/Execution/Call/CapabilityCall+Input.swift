import JSON
import Model

extension CapabilityCall {
    /// Checks the input against the operation's schema; places are told as they stand in the body.
    func checkInput() throws(CallFailure.Reason) {
        guard let schema = operation.inputSchema else { return }
        let violations = schema.check(input, at: .root.appending("input"))
        guard violations.isEmpty else { throw .invalidInput(violations.map(\.issue)) }
    }
}

extension SchemaViolation {
    /// The violation as the API writes errors.
    fileprivate var issue: Issue { Issue(code, at: pointer, detail) }

    private var code: Issue.Code {
        switch keyword {
        case "required": .missingField
        case "additionalProperties": .unknownField
        case "type": .wrongType
        case "limit": .limitExceeded
        default: .invalidValue
        }
    }
}
