import JSON
import Model

extension CapabilityCall {
    /// Checks the input against the operation's schema; places are told as they stand in the body.
    func checkInput() throws(CallFailure.Reason) {
        guard let schema = operation.inputSchema else { return }
        let violations = schema.check(input, at: .root.appending("input"))
        guard violations.isEmpty else { throw .invalidInput(violations.map(\.issue)) }
    }

    /// Checks the merged config against the spec's schema (API section 5).
    ///
    /// It was checked when the config was published; the connection's own part may be another since.
    func checkConfig() throws(CallFailure.Reason) {
        guard let schema = spec.configSchema else { return }
        let violations = schema.check(.object(config), at: .root.appending("config"))
        guard violations.isEmpty else {
            throw .invalidConfig(
                violations.map { Issue(.configSchemaViolation, at: $0.pointer, $0.detail) }
            )
        }
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
