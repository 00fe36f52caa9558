import HTTPWire
import JSON
import Model
import Platform

/// Plays the sending side of Postmark.
struct DemoPostmark: Sendable {
    /// The most messages of one batch.
    static let batchCountMax = 500

    private var messages: [String: JSONObject] = [:]

    /// Answers a request.
    mutating func answer(_ request: DemoRequest) -> DemoAnswer {
        guard request.header("x-postmark-server-token").isDemoCredential else {
            let detail = "No Account or Server API tokens were supplied in the HTTP headers."
            return Self.error(401, 10, detail)
        }
        switch (request.method, request.path) {
        case (.get, ["server"]):
            return DemoAnswer(["ID": 1, "Name": "Acme Production", "DeliveryType": "Live"])
        case (.post, ["email"]), (.post, ["email", "withTemplate"]): return send(request)
        case (.post, ["email", "batch"]): return sendBatch(request)
        case (.get, let path) where path.count == 4 && path[..<2] == ["messages", "outbound"]:
            guard path[3] == "details" else { return .notFound }
            guard let message = messages[path[2]] else {
                return Self.error(422, 701, "This message was not found.")
            }
            return DemoAnswer(.object(message))
        default: return .notFound
        }
    }

    private mutating func send(_ request: DemoRequest) -> DemoAnswer {
        guard let message = request.json?.object else {
            return Self.error(400, 402, "The body is not a JSON object.")
        }
        return deliver(message, request)
    }

    private mutating func sendBatch(_ request: DemoRequest) -> DemoAnswer {
        guard let batch = request.json?.array else {
            return Self.error(400, 402, "The body is not a JSON array.")
        }
        guard batch.count <= Self.batchCountMax else {
            return Self.error(422, 410, "A batch has at most \(Self.batchCountMax) messages.")
        }
        var results: [JSONValue] = []
        for message in batch { results.append(deliver(message.object ?? [:], request).json) }
        return DemoAnswer(.array(results))
    }

    private mutating func deliver(_ message: JSONObject, _ request: DemoRequest) -> DemoAnswer {
        for name in ["From", "To"] where message[name]?.string?.contains("@") != true {
            return Self.error(422, 300, "Invalid '\(name)' address.")
        }
        guard messages.count < DemoProvider.objectCountMax else { return .full }
        let id = UUIDv7.make(now: request.now.milliseconds)
        let to = message["To"] ?? .null
        messages[id] = [
            "MessageID": .string(id), "To": to, "From": message["From"] ?? .null,
            "Subject": message["Subject"] ?? message["TemplateAlias"] ?? .null, "Status": "Sent",
            "ReceivedAt": .string(request.now.text),
        ]
        return DemoAnswer([
            "To": to, "SubmittedAt": .string(request.now.text), "MessageID": .string(id),
            "ErrorCode": 0, "Message": "OK",
        ])
    }

    private static func error(_ status: Int, _ code: Int64, _ detail: String) -> DemoAnswer {
        DemoAnswer(status, ["ErrorCode": .integer(code), "Message": .string(detail)])
    }
}
