import API
import HTTPServer
import HTTPWire
import JSON
import Synchronization

/// A streamed answer, as a client reads it: as fast as it likes, or not at all.
final class TestStream: Sendable {
    private struct Content {
        var bytes: [UInt8] = []
        var isHeld = false
        var isDraining = false
        var isOver = false
        var isWhole = false
    }

    let status: Int
    let head: TestAnswer
    private let content = Mutex(Content())
    private let task = Mutex<Task<Void, Never>?>(nil)

    init(_ response: HTTPResponse, isHeld: Bool = false) {
        head = TestAnswer(response)
        status = response.status
        content.withLock { $0.isHeld = isHeld }
        guard case .stream(let body) = response.body else { return }
        let writer = HTTPBodyWriter(
            send: { [weak self] bytes throws(HTTPPeerGone) in
                try await self?.take(bytes)
            },
            isDraining: { [weak self] in self?.content.withLock { $0.isDraining } ?? true }
        )
        let task = Task { [weak self] in
            var isWhole = true
            do {
                try await body(writer)
            } catch {
                isWhole = false
            }
            self?.content.withLock { ($0.isOver, $0.isWhole) = (true, isWhole) }
        }
        self.task.withLock { $0 = task }
    }

    private func take(_ bytes: [UInt8]) async throws(HTTPPeerGone) {
        while content.withLock({ $0.isHeld }) {
            do {
                try await Task.sleep(for: .milliseconds(2))
            } catch {
                throw HTTPPeerGone()
            }
        }
        content.withLock { $0.bytes += bytes }
    }

    /// Reads no more for now.
    func hold() { content.withLock { $0.isHeld = true } }
    /// Goes on reading.
    func release() { content.withLock { $0.isHeld = false } }
    /// Tells the writer that the server ends.
    func drain() { content.withLock { $0.isDraining = true } }

    /// Goes away, and waits until the writer has noticed.
    func leave() async {
        let task = task.withLock { $0 }
        task?.cancel()
        await task?.value
    }

    /// What has come so far.
    var bytes: [UInt8] { content.withLock { $0.bytes } }
    var text: String { String(decoding: bytes, as: UTF8.self) }
    /// Whether the stream has ended, as a whole.
    var isWhole: Bool { content.withLock { $0.isOver && $0.isWhole } }

    /// The events so far: ids, names and data.
    var events: [(id: String, name: String, data: JSONValue)] {
        text.components(separatedBy: "\n\n")
            .compactMap { block in
                var fields: [String: String] = [:]
                for line in block.split(separator: "\n") where !line.hasPrefix(":") {
                    let parts = line.split(separator: ":", maxSplits: 1)
                    fields[String(parts[0])] = String(parts.last?.dropFirst() ?? "")
                }
                guard let data = fields["data"] else { return nil }
                return (fields["id"] ?? "", fields["event"] ?? "", Self.json(data))
            }
    }

    private static func json(_ text: String) -> JSONValue {
        do {
            return try JSONValue(parsing: Array(text.utf8))
        } catch {
            return .null
        }
    }

    /// Waits, for as long as a slow machine may take.
    func wait(until isThere: (TestStream) -> Bool) async throws {
        for _ in 0..<3000 {
            if isThere(self) { return }
            try await Task.sleep(for: .milliseconds(10))
        }
        throw TimeIsUp(text: String(text.suffix(2000)))
    }

    struct TimeIsUp: Error {
        let text: String
    }
}

extension TestAPI {
    /// Opens a streamed answer.
    func open(
        _ target: String,
        headers: [HTTPField] = [],
        key: String? = Self.bootstrapKey,
        isHeld: Bool = false
    ) async throws -> TestStream {
        var headers = headers
        if let key { headers.append(HTTPField("Authorization", "Bearer \(key)")) }
        let request = try HTTPRequest(.get, target, headers: headers)
        switch handler.handle(request) {
        case .answer(let response): return TestStream(response, isHeld: isHeld)
        case .suspended(let run): return TestStream(await run(), isHeld: isHeld)
        }
    }
}

extension String {
    fileprivate func components(separatedBy separator: String) -> [String] {
        var parts: [String] = []
        var rest = self[...]
        while let range = rest.firstRange(of: separator) {
            parts.append(String(rest[..<range.lowerBound]))
            rest = rest[range.upperBound...]
        }
        return parts
    }
}
