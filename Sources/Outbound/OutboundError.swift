/// Why a request has no answer.
///
/// An answer with an error status is an answer, not one of these.
public struct OutboundError: Error, Sendable, Hashable {
    /// What went wrong, for code to switch over.
    public enum Code: Hashable, Sendable {
        /// The name resolves to addresses that the address policy refuses only.
        case addressRefused
        /// The name does not resolve, or nothing accepts the connection.
        case unreachable
        /// The time was over, while it was connected to, sent or answered.
        case timeout
        /// The connection ended before the answer was complete.
        case droppedBeforeAnswer
        /// The server's certificate does not hold, or the handshake failed.
        case tls
        /// What came back is not HTTP, is encoded in an unknown way, or redirects endlessly.
        case malformedAnswer
        /// The answer's head or body is over its limit.
        case responseTooLarge
        /// The request breaks a rule of this client; it was not sent.
        case invalidRequest
        /// The calling task was cancelled, or the client was closed.
        case cancelled
        /// As many requests as allowed are in flight and waiting, or its time was over before its turn:
        /// this client's own fault, and not the server's; it was not sent.
        case overloaded
    }

    /// What went wrong, for code to switch over.
    public let code: Code
    /// Whether bytes of the request may have been sent; when false it is safe to send it again.
    public let mayHaveReachedServer: Bool
    /// What went wrong, for the operator's log; names the server, never the path, headers or body.
    public let detail: String

    /// The status of the answer that cannot be read; nil when there is none, or none that is known.
    public let status: Int?

    /// Describes a failure.
    init(
        _ code: Code,
        mayHaveReachedServer: Bool = false,
        status: Int? = nil,
        _ detail: String
    ) {
        self.code = code
        self.mayHaveReachedServer = mayHaveReachedServer
        self.status = status
        self.detail = detail
    }

    /// The same failure of a request whose earlier hop has reached a server.
    var afterReachingServer: OutboundError {
        OutboundError(code, mayHaveReachedServer: true, status: status, detail)
    }

    /// The same failure of an answer whose head was read.
    func answered(_ status: Int) -> OutboundError {
        OutboundError(code, mayHaveReachedServer: true, status: status, detail)
    }
}
