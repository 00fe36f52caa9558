import HTTPWire
import JSON
import Platform

/// Plays the mailbox of Gmail.
struct DemoGmail: Sendable {
    private struct Message {
        let id: String
        let threadID: String
        var labels: [String]
        let snippet: String

        var json: JSONValue {
            [
                "id": .string(id), "threadId": .string(threadID), "snippet": .string(snippet),
                "labelIds": .array(labels.map { .string($0) }),
            ]
        }
    }

    /// The most threads of one list.
    static let pageCountMax = 500
    /// The longest snippet, in characters.
    static let snippetCountMax = 100

    private var messages: [Message] = [
        Message(
            id: "msg_demo_1",
            threadID: "thread_demo_1",
            labels: ["INBOX", "UNREAD"],
            snippet: "My invoice shows the wrong address, can you help?"
        ),
        Message(
            id: "msg_demo_2",
            threadID: "thread_demo_2",
            labels: ["INBOX"],
            snippet: "Thank you, the refund has arrived."
        ),
    ]

    /// Answers a request to `/gmail/v1/users/{user}/…`.
    mutating func answer(_ request: DemoRequest) -> DemoAnswer {
        guard request.bearer.isDemoCredential else {
            return Self.error(401, "UNAUTHENTICATED", "Invalid Credentials")
        }
        guard request.path.count >= 5, request.path[1...2] == ["v1", "users"] else {
            return .notFound
        }
        let steps = Array(request.path[4...])
        switch (request.method, steps.first, steps.count) {
        case (.get, "profile", 1): return profile
        case (.get, "threads", 1): return list(request)
        case (.get, "threads", 2): return thread(steps[1])
        case (.post, "messages", 2) where steps[1] == "send": return send(request)
        case (.post, "messages", 3) where steps[2] == "modify": return modify(steps[1], request)
        default: return .notFound
        }
    }

    private var threadIDs: [String] {
        var seen: Set<String> = []
        return messages.map(\.threadID).filter { seen.insert($0).inserted }
    }

    private var profile: DemoAnswer {
        DemoAnswer([
            "emailAddress": "support@acme.com", "messagesTotal": .integer(Int64(messages.count)),
            "threadsTotal": .integer(Int64(threadIDs.count)), "historyId": "1",
        ])
    }

    private func list(_ request: DemoRequest) -> DemoAnswer {
        let wanted = request.query["maxResults"].flatMap { Int($0) } ?? 100
        let words = request.query["q"]?.lowercased() ?? ""
        let threads = threadIDs.compactMap { id in messages.first { $0.threadID == id } }
            .filter { words.isEmpty || $0.snippet.lowercased().contains(words) }
            .prefix(min(max(wanted, 1), Self.pageCountMax))
            .map { first -> JSONValue in
                [
                    "id": .string(first.threadID), "snippet": .string(first.snippet),
                    "historyId": "1",
                ]
            }
        return DemoAnswer([
            "threads": .array(Array(threads)),
            "resultSizeEstimate": .integer(Int64(threads.count)),
        ])
    }

    private func thread(_ id: String) -> DemoAnswer {
        let own = messages.filter { $0.threadID == id }
        guard !own.isEmpty else { return Self.missing }
        return DemoAnswer([
            "id": .string(id), "historyId": "1", "messages": .array(own.map(\.json)),
        ])
    }

    private mutating func send(_ request: DemoRequest) -> DemoAnswer {
        guard let json = request.json, let raw = json["raw"]?.string else {
            return Self.error(400, "INVALID_ARGUMENT", "'raw' RFC822 payload message is required")
        }
        let unpadded = raw.prefix { $0 != "=" }
        guard let bytes = Base64.decode(String(unpadded), as: .url) else {
            return Self.error(400, "INVALID_ARGUMENT", "'raw' is not base64url")
        }
        guard messages.count < DemoProvider.objectCountMax else { return .full }
        let number = messages.count + 1
        let message = Message(
            id: "msg_demo_\(number)",
            threadID: json["threadId"]?.string ?? "thread_demo_\(number)",
            labels: ["SENT"],
            snippet: Self.snippet(of: String(decoding: bytes, as: UTF8.self))
        )
        messages.append(message)
        return Self.receipt(message)
    }

    private mutating func modify(_ id: String, _ request: DemoRequest) -> DemoAnswer {
        guard let index = messages.firstIndex(where: { $0.id == id }) else { return Self.missing }
        guard let json = request.json else {
            return Self.error(400, "INVALID_ARGUMENT", "The body is not JSON.")
        }
        let added = Self.labels(json["addLabelIds"])
        let removed = Self.labels(json["removeLabelIds"])
        let kept = messages[index].labels.filter { !added.contains($0) && !removed.contains($0) }
        messages[index].labels = kept + added
        return Self.receipt(messages[index])
    }

    private static func receipt(_ message: Message) -> DemoAnswer {
        DemoAnswer([
            "id": .string(message.id), "threadId": .string(message.threadID),
            "labelIds": .array(message.labels.map { .string($0) }),
        ])
    }

    private static func labels(_ json: JSONValue?) -> [String] {
        (json?.array ?? []).prefix(100).compactMap(\.string)
    }

    /// The first words behind the head of a message (RFC 5322 section 2.1).
    private static func snippet(of message: String) -> String {
        let lines = message.split(omittingEmptySubsequences: false) { $0.isNewline }
        let body = lines.drop { !$0.isEmpty }
        return String(body.joined(separator: " ").trimmingPrefix(" ").prefix(snippetCountMax))
    }

    private static let missing = error(404, "NOT_FOUND", "Requested entity was not found.")

    private static func error(_ status: Int, _ code: String, _ detail: String) -> DemoAnswer {
        DemoAnswer(
            status,
            [
                "error": [
                    "code": .integer(Int64(status)), "message": .string(detail),
                    "status": .string(code),
                ]
            ]
        )
    }
}
