import Commands
import HTTPWire
import JSON
import Model

/// Errors as clients see them (RFC 9457); made here and nowhere else.
enum Problem {
    /// The status of each kind of error.
    static func status(_ error: CommandError) -> Int {
        switch (error.kind, error.code) {
        case (_, "UNSUPPORTED_MEDIA_TYPE"): 415
        case (.malformed, _): 400
        case (.unauthenticated, _): 401
        case (.forbidden, _): 403
        case (.notFound, _): 404
        case (.conflict, _): 409
        case (.gone, _): 410
        case (.preconditionFailed, _): 412
        case (.invalid, _): 422
        case (.limited, _): 429
        case (.badGateway, _): 502
        case (.unavailable, _): 503
        case (.timeout, _): 504
        }
    }

    /// The answer to an error.
    static func response(
        _ error: CommandError,
        requestID: String,
        instance: String?,
        revision: UInt64
    ) -> HTTPResponse {
        let status = status(error)
        var headers = AnswerHeaders.common(requestID: requestID, revision: revision)
        if status == 401 {
            // Of a request that showed nothing RFC 6750 section 3.1 wants no error.
            let reason = error.refusesToken ? ", error=\"invalid_token\"" : ""
            headers.append(HTTPField("WWW-Authenticate", "Bearer realm=\"bindery\"\(reason)"))
        }
        if let seconds = error.retryAfterSeconds {
            headers.append(HTTPField("Retry-After", "\(max(0, seconds))"))
        }
        if let limit = error.rateLimit {
            let window = limit.windowSeconds.map { ";w=\($0)" } ?? ""
            let policy = "\"\(limit.name)\";q=\(limit.quota)\(window)"
            headers.append(HTTPField("RateLimit-Policy", policy))
            headers.append(HTTPField("RateLimit", "\"\(limit.name)\";r=0;t=\(limit.resetSeconds)"))
        }
        let body = body(
            status: status,
            code: error.code,
            detail: error.detail,
            requestID: requestID,
            instance: instance,
            issues: error.issues.map(\.json),
            members: error.members
        )
        return response(status, headers, body)
    }

    /// The code of an answer that is an error, also of one that is repeated; nil of any other one.
    ///
    /// Read from where `body` puts it first, so that no body is read as a whole.
    static func code(of response: HTTPResponse) -> String? {
        guard response.status >= 400, case .bytes(let bytes) = response.body else { return nil }
        let start = Array("{\"type\":\"\(typePrefix)".utf8)
        guard bytes.starts(with: start) else { return nil }
        let code = bytes.dropFirst(start.count).prefix(codeByteCountMax).prefix { $0 != 0x22 }
        return String(decoding: code, as: UTF8.self)
    }

    /// What stands before the code in an error's type.
    private static let typePrefix = "urn:bindery:error:"
    /// The longest code that is read, in bytes.
    private static let codeByteCountMax = 64

    /// The answer to a refusal of the server core.
    static func response(
        _ refusal: HTTPRefusal,
        requestID: String,
        revision: UInt64
    ) -> HTTPResponse {
        let body = body(
            status: refusal.status,
            code: refusal.code,
            detail: refusal.detail,
            requestID: requestID,
            instance: nil,
            issues: [],
            members: [:]
        )
        let headers = AnswerHeaders.common(requestID: requestID, revision: revision)
        var response = response(refusal.status, headers, body)
        response.closesConnection = true
        return response
    }

    /// The answer to a method that the path does not have.
    static func methodNotAllowed(
        _ allowed: [HTTPMethod],
        requestID: String,
        instance: String,
        revision: UInt64
    ) -> HTTPResponse {
        let list = allowed.map(\.rawValue).joined(separator: ", ")
        let body = body(
            status: 405,
            code: "METHOD_NOT_ALLOWED",
            detail: "The path has only \(list).",
            requestID: requestID,
            instance: instance,
            issues: [],
            members: [:]
        )
        var headers = AnswerHeaders.common(requestID: requestID, revision: revision)
        headers.append(HTTPField("Allow", list))
        return response(405, headers, body)
    }

    private static func response(
        _ status: Int,
        _ headers: [HTTPField],
        _ body: JSONObject
    ) -> HTTPResponse {
        var headers = headers
        headers.append(HTTPField("Cache-Control", "no-store"))
        headers.append(HTTPField("Content-Type", "application/problem+json"))
        return HTTPResponse(
            status: status,
            headers: headers,
            body: .bytes(JSONValue.object(body).serialized())
        )
    }

    private static func body(
        status: Int,
        code: String,
        detail: String,
        requestID: String,
        instance: String?,
        issues: [JSONValue],
        members: JSONObject
    ) -> JSONObject {
        var body: JSONObject = [
            "type": .string("\(typePrefix)\(code)"),
            "title": .string(ReasonPhrase.of(status)), "status": .integer(Int64(status)),
            "detail": .string(detail),
        ]
        if let instance { body["instance"] = .string(instance) }
        body["code"] = .string(code)
        body["requestId"] = .string(requestID)
        if !issues.isEmpty { body["errors"] = .array(issues) }
        for member in members { body[member.key] = member.value }
        return body
    }
}
