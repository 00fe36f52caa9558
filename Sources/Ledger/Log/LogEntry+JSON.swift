import JSON
import Model

// The form of an entry in the log, one JSON object:
//
//     {"revision": 12, "at": "…", "actor": {"type": "key", "id": "k1"},
//      "made": [0], "audit": { … }, "changes": [ … ]}
//
// The revision comes first, so that whoever looks for one need not read the rest. `made` and
// `removed` are those of `ChangeFacts`, `audit` is an `AuditNote`.
extension LogEntry {
    /// The entry as JSON text.
    func serialized() -> [UInt8] {
        var head: JSONObject = [
            "revision": .integer(Int64(revision)), "at": .string(at.text),
            "actor": ["type": .string(actor.type), "id": .string(actor.id)],
        ]
        for member in facts.members { head[member.key] = member.value }
        head["audit"] = audit?.json
        var output: [UInt8] = []
        head.write(into: &output)
        output.removeLast()
        JSONWriter.append(",\"changes\":[", to: &output)
        for (index, change) in changes.enumerated() {
            if index > 0 { output.append(0x2C) }
            change.write(into: &output)
        }
        JSONWriter.append("]}", to: &output)
        return output
    }

    /// Reads what `serialized` wrote.
    init(parsing bytes: [UInt8]) throws(ChangeError) {
        let json: JSONValue
        do {
            json = try JSONValue(parsing: bytes, limits: .stored)
        } catch {
            throw ChangeError(detail: "an entry is not JSON: \(error.detail)")
        }
        let fields = ChangeFields(json)
        let actor = ChangeFields(try fields.value("actor"))
        var changes: [Change] = []
        for change in try fields.value("changes").array ?? [] { changes.append(try Change(change)) }
        self.init(
            revision: UInt64(try fields.number("revision")),
            at: try fields.timestamp("at"),
            actor: ChangeActor(type: try actor.text("type"), id: try actor.text("id")),
            changes: changes,
            facts: ChangeFacts(reading: json),
            audit: try AuditNote.reading(json)
        )
    }
}

extension JSONLimits {
    /// What was written by this server itself: documents as deep as the API takes them, inside of an
    /// entry, and as many as an entry holds.
    static let stored = JSONLimits(depthMax: 128, valueCountMax: 50_000_000)
}
