import Audit
import Execution
import JSON
import Model

extension ExecuteCapability {
    /// Calls, and hands the provider's answer on while it comes; what the JSON answer says beside
    /// `output` stands in header fields.
    ///
    /// - Throws: `INVALID_INPUT` for a request with an `Idempotency-Key`: an answer that is not kept
    ///   cannot be given again.
    func stream(
        _ call: CapabilityCall,
        _ decision: AuditDecision,
        _ context: CommandContext
    ) async throws(CommandError) -> Result<CommandAnswer, CallFailure> {
        guard context.idempotencyKey == nil else {
            let detail = "a streamed answer is not kept, so that an Idempotency-Key has no use"
            throw .invalid([Issue(.invalidValue, at: .root.appending("stream"), detail)])
        }
        guard call.operation.errorSign == nil, call.operation.output == nil else {
            let detail = "the operation's answer is judged or mapped, and has to be read whole"
            throw .invalid([Issue(.invalidValue, at: .root.appending("stream"), detail)])
        }
        return await context.services.executor.stream(call)
            .map { streamed in
                let stream = AnswerStream(mediaType: streamed.mediaType) { sink in
                    try await streamed.forward { try await sink.write($0) }
                }
                var answer = CommandAnswer(
                    body: .stream(stream),
                    revision: context.services.revision
                )
                answer.fields = Self.fields(streamed, decision)
                return answer
            }
    }

    private static func fields(
        _ call: StreamedCall,
        _ decision: AuditDecision
    ) -> [(name: String, value: String)] {
        var fields = [
            (name: "Bindery-Connection-Id", value: call.connection.text),
            (name: "Bindery-Operation", value: call.operation.text),
        ]
        if let id = call.auditID { fields.append((name: "Bindery-Audit-Id", value: id)) }
        if let id = decision.id { fields.append((name: "Bindery-Decision-Id", value: id)) }
        if let list = passedOver(call.passedOver) {
            fields.append((name: "Bindery-Passed-Over", value: list))
        }
        return fields
    }

    /// The most connections that the header names; the audit record has all.
    private static let passedOverCountMax = 16

    /// Who would have served before, as a list of RFC 9651: `"conn_a";reason=CIRCUIT_OPEN, "conn_b"`; nil
    /// for nobody.
    static func passedOver(_ passedOver: [AuditPassedOver]) -> String? {
        guard !passedOver.isEmpty else { return nil }
        return passedOver.prefix(passedOverCountMax)
            .map { candidate in
                let reason = candidate.reason.isEmpty ? "" : ";reason=\(candidate.reason)"
                return "\"\(candidate.connectionID)\"\(reason)"
            }
            .joined(separator: ", ")
    }
}
