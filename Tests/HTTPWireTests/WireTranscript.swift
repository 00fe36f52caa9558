@testable import HTTPWire

/// What a connection made of the bytes it was fed: the requests in order, and how it ended.
struct WireTranscript: Equatable {
    /// All that can be told of one request.
    struct Entry: Equatable {
        let method: HTTPMethod
        let path: String
        let query: String?
        let isHTTP11: Bool
        let keepsAlive: Bool
        var headers: [String?]
        let body: [UInt8]

        /// The same without whitespace around the values of fields.
        var trimmed: Entry {
            var entry = self
            entry.headers = headers.map { value in value.map(Self.trimming) }
            return entry
        }

        private static func trimming(_ text: String) -> String {
            var bytes = Array(text.utf8)[...]
            while let first = bytes.first, first == 0x20 || first == 0x09 { bytes.removeFirst() }
            while let last = bytes.last, last == 0x20 || last == 0x09 { bytes.removeLast() }
            return String(decoding: bytes, as: UTF8.self)
        }
    }

    private(set) var entries: [Entry] = []
    private(set) var refusal: HTTPRefusal?
    private(set) var isIdle = true
    /// What the parser did that no parser may do, in words.
    private(set) var misuse: String?
    /// The most memory that the parser held, and the largest piece that it was fed.
    private(set) var heldByteCountMax = 0
    private(set) var pieceByteCountMax = 0

    /// The fields that entries tell; the tests use no others.
    static let headerNames = ["host", "x-request-id", "x-a", "content-type", "x-empty"]

    /// Feeds a parser the pieces one after another, as a connection does.
    init(_ pieces: [ArraySlice<UInt8>], limits: HTTPLimits = HTTPLimits()) {
        var parser = RequestParser(limits: limits, peerAddress: "192.0.2.1")
        for piece in pieces {
            var rest = piece
            pieceByteCountMax = max(pieceByteCountMax, piece.count)
            while !rest.isEmpty, refusal == nil, misuse == nil {
                take(parser.advance(over: rest), &rest)
                heldByteCountMax = max(heldByteCountMax, parser.heldByteCount)
            }
        }
        isIdle = refusal == nil && parser.isIdle
    }

    /// Feeds a parser all bytes at once.
    init(_ text: String, limits: HTTPLimits = HTTPLimits()) {
        self.init([Array(text.utf8)[...]], limits: limits)
    }

    private mutating func take(_ step: RequestParser.Step, _ rest: inout ArraySlice<UInt8>) {
        switch step {
        case .incomplete: rest = []
        case .refused(let refusal): self.refusal = refusal
        case .request(let request, let consumed):
            guard (1...rest.count).contains(consumed) else {
                misuse = "takes \(consumed) of \(rest.count) bytes"
                return
            }
            rest = rest.dropFirst(consumed)
            entries.append(Self.entry(request))
        }
    }

    /// Whether the connections came to the same; how much memory it took may differ.
    static func == (one: WireTranscript, other: WireTranscript) -> Bool {
        one.entries == other.entries && one.refusal == other.refusal
            && one.isIdle == other.isIdle && one.misuse == other.misuse
    }

    private static func entry(_ request: HTTPRequest) -> Entry {
        Entry(
            method: request.method,
            path: request.path,
            query: request.query,
            isHTTP11: request.isHTTP11,
            keepsAlive: request.keepsAlive,
            headers: headerNames.map { name in request.header(name) },
            body: request.body
        )
    }
}

/// Message heads as tests write them: lines without their CR LF.
enum Head {
    /// The lines, each with CR LF, and the blank line.
    static func text(_ lines: String...) -> String {
        lines.map { line in line + "\r\n" }.joined() + "\r\n"
    }

    /// A request with a valid first line and Host, and these further lines.
    static func get(_ lines: String...) -> String {
        "GET / HTTP/1.1\r\nHost: a\r\n" + lines.map { line in line + "\r\n" }.joined() + "\r\n"
    }

    /// A chunked request with this body, as it stands on the wire.
    static func chunked(_ body: String) -> String {
        text("POST / HTTP/1.1", "Host: a", "Transfer-Encoding: chunked") + body
    }
}
