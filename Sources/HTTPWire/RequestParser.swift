/// Turns the bytes of one connection into requests, strictly by RFC 9110 and RFC 9112.
///
/// Feed it whatever arrived; it takes what belongs to the next request and says how much that
/// was. The result does not depend on how the bytes were split. A head that arrives whole is
/// copied once, into the request; between requests the parser holds no buffer.
///
/// After a refusal the position in the bytes is lost: close, and feed it nothing more.
public struct RequestParser: Sendable {
    /// What came of the bytes handed in.
    public enum Step: Sendable {
        /// All were taken, and the request is not whole yet.
        case incomplete
        /// A request is whole; it took this many of the bytes, and the rest is the next one's.
        case request(HTTPRequest, consumed: Int)
        /// The bytes are no request that we serve.
        case refused(HTTPRefusal)
    }

    private enum Phase { case head, fixedBody, chunkedBody, refused }

    private let limits: HTTPLimits
    private let peerAddress: String
    private var phase = Phase.head
    /// The head's bytes so far, when it did not arrive whole.
    private var held: [UInt8] = []
    private var scanner = HeadScanner()
    private var pending: HTTPRequest?
    private var body: [UInt8] = []
    private var bodyByteCountLeft = 0
    private var chunks = ChunkDecoder()
    /// Whether the client waits for `100 Continue`; see `takeContinueRequest`.
    private var isContinueDue = false

    /// The most that a declared length reserves before its bytes arrive.
    private static let bodyReserveMax = 16 << 10

    /// A parser at the start of a connection from `peerAddress`, which it writes into requests.
    public init(limits: HTTPLimits, peerAddress: String) {
        self.limits = limits
        self.peerAddress = peerAddress
    }

    /// Whether no byte of a next request has arrived.
    public var isIdle: Bool { phase == .head && held.isEmpty }

    /// Whether the head is read and the body is still arriving.
    public var isReadingBody: Bool { phase == .fixedBody || phase == .chunkedBody }

    /// How many bytes of the body have arrived, decoded; 0 before the head is whole.
    public var bodyByteCount: Int { body.count }

    /// The memory that the request which is being read takes, in bytes; 0 between requests.
    public var heldByteCount: Int { held.capacity + body.capacity }

    /// The `X-Request-ID` of the request that is being read, once that field was read; as sent.
    ///
    /// For a refusal that is not the parser's own, such as a timeout.
    public var requestID: String? { requestID(in: held[...]) }

    /// Answers once, for a request that expects it and whose body has not begun to arrive,
    /// whether to send `100 Continue` (RFC 9110 section 10.1.1).
    public mutating func takeContinueRequest() -> Bool {
        defer { isContinueDue = false }
        return isContinueDue
    }

    /// Lets go of what was read of a request that will not be served; feed it nothing more.
    public mutating func abandon() {
        phase = .refused
        held = []
        body = []
        pending = nil
    }

    /// Reads on.
    public mutating func advance(over input: ArraySlice<UInt8>) -> Step {
        do throws(WireFault) {
            return try step(over: input)
        } catch {
            phase = .refused
            let bytes = held.isEmpty ? input : held[...]
            return .refused(
                HTTPRefusal(error.reason, detail: error.detail, requestID: requestID(in: bytes))
            )
        }
    }

    private mutating func step(over input: ArraySlice<UInt8>) throws(WireFault) -> Step {
        var consumed = 0
        if phase == .head {
            guard let headLength = try readHead(input) else { return .incomplete }
            consumed = headLength
        }
        let rest = input.dropFirst(consumed)
        if !rest.isEmpty { isContinueDue = false }
        switch phase {
        case .fixedBody: consumed += readFixedBody(rest)
        case .chunkedBody: consumed += try chunks.decode(rest, into: &body, limits: limits)
        case .head: break
        case .refused: preconditionFailure("bytes after a refusal")
        }
        guard phase == .chunkedBody ? chunks.isDone : bodyByteCountLeft == 0 else {
            return .incomplete
        }
        return .request(finish(), consumed: consumed)
    }

    /// Reads the head; answers how many bytes of `input` belong to it once it is whole.
    private mutating func readHead(_ input: ArraySlice<UInt8>) throws(WireFault) -> Int? {
        if held.isEmpty {
            if try scanner.scan(input.span, limits: limits) {
                let headLength = scanner.end
                try begin(head: Array(input.prefix(headLength)))
                return headLength
            }
            guard !scanner.isBetweenMessages(byteCount: input.count) else { return nil }
            held.append(contentsOf: input)
            return nil
        }
        // Taken out and put back, so that the array has one owner and grows in place.
        var head = held
        held = []
        let heldBefore = head.count
        head.append(contentsOf: input)
        defer { if pending == nil { held = head } }
        if try scanner.scan(head.span, limits: limits) {
            let headLength = scanner.end
            head.removeLast(head.count - headLength)
            try begin(head: head)
            return headLength - heldBefore
        }
        if scanner.isBetweenMessages(byteCount: head.count) { head = [] }
        return nil
    }

    /// Decides, from a whole head, how the body will be read.
    private mutating func begin(head: [UInt8]) throws(WireFault) {
        guard let line = scanner.line else { preconditionFailure("a head has a first line") }
        let length = try scanner.framing.bodyLength(for: line, in: head.span, limits: limits)
        guard let method = line.method else { preconditionFailure("the method was checked") }
        pending = HTTPRequest(
            method: method,
            line: line,
            keepsAlive: scanner.framing.keepsAlive(isHTTP11: line.isHTTP11),
            head: head,
            fields: scanner.fields,
            peerAddress: peerAddress
        )
        isContinueDue = scanner.framing.expectsContinue && line.isHTTP11 && length != .fixed(0)
        switch length {
        case .fixed(let byteCount):
            phase = .fixedBody
            bodyByteCountLeft = byteCount
        case .chunked:
            phase = .chunkedBody
            chunks = ChunkDecoder()
        }
    }

    /// Takes the body's bytes; one that arrived whole is copied once, to its exact size.
    private mutating func readFixedBody(_ input: ArraySlice<UInt8>) -> Int {
        let part = input.prefix(bodyByteCountLeft)
        guard !part.isEmpty else { return 0 }
        if body.isEmpty {
            body.reserveCapacity(max(part.count, min(bodyByteCountLeft, Self.bodyReserveMax)))
        }
        body.append(contentsOf: part)
        bodyByteCountLeft -= part.count
        return part.count
    }

    /// Hands the request out and returns to the state between requests.
    private mutating func finish() -> HTTPRequest {
        // Taken out, not copied: every part of a request that is copied is counted up and down.
        guard var request = pending.take() else {
            preconditionFailure("a whole request has a head")
        }
        swap(&request.body, &body)
        scanner = HeadScanner()
        isContinueDue = false
        phase = .head
        return request
    }

    /// The first `X-Request-ID` among the fields read so far, whose head starts `bytes`.
    private func requestID(in bytes: ArraySlice<UInt8>) -> String? {
        if let pending {
            return pending.headerBytes("x-request-id")
                .map { value in
                    String(decoding: value, as: UTF8.self)
                }
        }
        for field in scanner.fields {
            guard bytes.span.spells("x-request-id", at: field.name) else { continue }
            let start = bytes.startIndex
            let value = bytes[(start + Int(field.value.start))..<(start + Int(field.value.end))]
            return String(decoding: value, as: UTF8.self)
        }
        return nil
    }
}
