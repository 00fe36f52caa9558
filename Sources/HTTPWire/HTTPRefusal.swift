/// Why the server core answers a request itself, before any handler saw it.
///
/// The handler renders it (`HTTPHandler.refuse`), so that a client gets one form of error.
public struct HTTPRefusal: Error, Sendable, Hashable {
    /// The closed set of reasons; each has one status and one code.
    public enum Reason: Sendable, Hashable, CaseIterable {
        case badRequest
        case timeout
        case bodyTooLarge
        case targetTooLong
        case expectationFailed
        case headersTooLarge
        case methodNotImplemented
        case codingNotImplemented
        case tooManyPeers
        case overloaded
        case versionNotSupported
    }

    /// Why.
    public let reason: Reason
    /// What was wrong, in words for the client; never its own bytes.
    public let detail: String
    /// The request's `X-Request-ID`, when it was read before the refusal; as sent, not checked.
    public let requestID: String?

    /// Describes a refusal.
    public init(_ reason: Reason, detail: String, requestID: String? = nil) {
        self.reason = reason
        self.detail = detail
        self.requestID = requestID
    }

    /// The status of the answer.
    public var status: Int { reason.status }
    /// The stable code of the answer, in upper case.
    public var code: String { reason.code }
}

extension HTTPRefusal.Reason {
    /// The status of the answer (RFC 9110 section 15, RFC 6585 section 5).
    public var status: Int {
        switch self {
        case .badRequest: 400
        case .timeout: 408
        case .bodyTooLarge: 413
        case .targetTooLong: 414
        case .expectationFailed: 417
        case .headersTooLarge: 431
        case .methodNotImplemented, .codingNotImplemented: 501
        case .tooManyPeers, .overloaded: 503
        case .versionNotSupported: 505
        }
    }

    /// The stable code of the answer, in upper case.
    public var code: String {
        switch self {
        case .badRequest: "BAD_REQUEST"
        case .timeout: "REQUEST_TIMEOUT"
        case .bodyTooLarge: "BODY_TOO_LARGE"
        case .targetTooLong: "TARGET_TOO_LONG"
        case .expectationFailed: "EXPECTATION_FAILED"
        case .headersTooLarge: "HEADERS_TOO_LARGE"
        case .methodNotImplemented: "METHOD_NOT_IMPLEMENTED"
        case .codingNotImplemented: "CODING_NOT_IMPLEMENTED"
        case .tooManyPeers: "TOO_MANY_PEERS"
        case .overloaded: "OVERLOADED"
        case .versionNotSupported: "VERSION_NOT_SUPPORTED"
        }
    }
}

/// A rule that the bytes broke, thrown inside the parser; `HTTPRefusal` adds the request's id.
struct WireFault: Error {
    let reason: HTTPRefusal.Reason
    let detail: String

    init(_ reason: HTTPRefusal.Reason, _ detail: String) {
        self.reason = reason
        self.detail = detail
    }

    /// Most faults are plain malformed bytes.
    static func bad(_ detail: String) -> WireFault { WireFault(.badRequest, detail) }
}
