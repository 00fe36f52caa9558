import JSON

extension CommandError {
    /// Whether the same may be done a little later without anybody's doing: a store, a provider or a
    /// secret store did not answer.
    ///
    /// Of a refusal by gates the verdicts tell: each that failed has to be one that may pass by itself.
    var isTemporary: Bool {
        if let gates = members["gates"]?.array {
            let failed = gates.filter {
                $0["verdict"]?.string == GateVerdict.Outcome.failed.rawValue
            }
            return !failed.isEmpty && failed.allSatisfy { $0["temporary"] == true }
        }
        return switch kind {
        case .unavailable, .timeout, .limited, .badGateway: true
        default: false
        }
    }
}
