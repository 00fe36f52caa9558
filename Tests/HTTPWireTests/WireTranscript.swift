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
        let headers: [String?]
        let body: [UInt8]
    }

    private(set) var entries: [Entry] = []
    private(set) var refusal: HTTPRefusal?
    private(set) var isIdle = true

    /// The fields that entries tell; the tests use no others.
    private static let headerNames = ["host", "x-request-id", "x-a", "content-type", "x-empty"]

    /// Feeds a parser the pieces one after another, as a connection does.
    init(_ pieces: [ArraySlice<UInt8>], limits: HTTPLimits = HTTPLimits()) {
        var parser = RequestParser(limits: limits, peerAddress: "192.0.2.1")
        for piece in pieces {
            var rest = piece
            while !rest.isEmpty, refusal == nil { take(parser.advance(over: rest), &rest) }
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
            rest = rest.dropFirst(consumed)
            entries.append(Self.entry(request))
        }
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
