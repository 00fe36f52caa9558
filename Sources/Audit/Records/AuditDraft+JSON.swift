import JSON
import Model

extension AuditDraft {
    /// The members of the record, in the order of the API; those that the chain tells are null.
    var members: JSONObject {
        var object: JSONObject = [
            "id": .null, "sequence": .null, "occurredAt": .string(occurredAt.text),
        ]
        object["tenantId"] = tenant.map { .string($0.text) } ?? .null
        object["environment"] = environment.map { .string($0.text) }
        object["kind"] = .string(kind.rawValue)
        object["actor"] = actor.json
        object["action"] = .string(action)
        object["resource"] = resource?.json
        object["outcome"] = .string(outcome.rawValue)
        object["reason"] = reason.map { AuditRedaction.formats.value(.string($0)) }
        object["error"] = failure?.json
        addPlace(to: &object)
        object["leftOut"] = leftOutCount.map { .integer(Int64($0)) }
        object["recovery"] = recovery.map { .string($0.rawValue) }
        object["revision"] = revision.map { .integer(Int64(clamping: $0)) }
        object["requestId"] = requestID.map { .string($0) }
        object["traceparent"] = traceparent.map { .string($0) }
        object["attempts"] = attempts.map { .integer(Int64($0)) }
        object["latencyMs"] = latency.map(Self.milliseconds)
        object["before"] = before.map(AuditRedaction.formats.value)
        object["after"] = after.map(AuditRedaction.formats.value)
        object["request"] = request?.json
        object["response"] = response?.json
        object["previousHash"] = .null
        object["hash"] = .null
        return object
    }

    private func addPlace(to object: inout JSONObject) {
        object["blueprint"] = blueprint.map { .string($0.text) }
        object["workflow"] = workflow.map { .string($0.text) }
        object["capability"] = capability.map { .string($0.text) }
        object["operation"] = operation.map { .string($0.text) }
        object["slotId"] = slot.map { .string($0.text) }
        object["connectionId"] = connection.map { .string($0.text) }
        if !passedOver.isEmpty { object["passedOver"] = .array(passedOver.map(\.json)) }
        object["decision"] = decision?.json
        object["question"] = question.map(AuditRedaction.formats.value)
    }

    /// Milliseconds with three places, which is as fine as anything here is measured.
    static func milliseconds(_ duration: Duration) -> JSONValue {
        let (seconds, attoseconds) = duration.components
        let microseconds = Double(seconds) * 1_000_000 + Double(attoseconds / 1_000_000_000_000)
        return JSONDecimal(microseconds.rounded() / 1000).map { .decimal($0) } ?? .null
    }
}
