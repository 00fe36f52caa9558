import Commands
import HTTPWire
import Model
import Platform

/// A request as it arrived, with what is known of it before anything is looked up.
struct Arrival: Sendable {
    let request: HTTPRequest
    let identity: RequestIdentity
    let now: Timestamp
    let began: MonotonicInstant
    /// What its answer would be remembered under; nil when it is not.
    let question: AnswerMemo.Question?

    var renderer: AnswerRenderer {
        AnswerRenderer(arrival: self, precondition: readPrecondition)
    }

    /// Whether the request only reads.
    var isRead: Bool { request.method == .get || request.method == .head }

    /// For the answer to a read only; a malformed header was refused on the way in.
    private var readPrecondition: Precondition {
        guard isRead else { return .none }
        do {
            return try RequestConditions.read(request)
        } catch {
            return .none
        }
    }

    /// The scheme and host under which the client found the server (RFC 9110 section 4.3.2).
    var origin: String {
        let scheme = request.isSecure ? "https" : "http"
        return "\(scheme)://\(request.header("host") ?? "localhost")"
    }

    /// The bearer token; nil without one.
    ///
    /// - Throws: `UNAUTHENTICATED` when there is more than one, or another scheme.
    func bearerToken() throws(CommandError) -> String? {
        guard let value = request.headerBytes("authorization") else { return nil }
        let scheme = Array("bearer".utf8)
        let isBearer =
            value.count > scheme.count
            && zip(value, scheme).allSatisfy { $0 | 0x20 == $1 }
            && value[value.startIndex + scheme.count] == 0x20
        guard isBearer, request.headerCount("authorization") == 1 else {
            throw CommandError(
                .unauthenticated,
                "UNAUTHENTICATED",
                "Authorization must be one bearer token."
            )
        }
        let token = value.dropFirst(scheme.count).drop { $0 == 0x20 }
        return String(decoding: token, as: UTF8.self)
    }

    /// The revision that the caller wants to see at least; 0 when it says nothing.
    func minimumRevision() throws(CommandError) -> UInt64 {
        guard let text = request.header("bindery-min-revision") else { return 0 }
        guard let revision = UInt64(text), text.utf8.first != 0x2B else {
            throw .parameter("Bindery-Min-Revision", "must be a revision")
        }
        return revision
    }
}
