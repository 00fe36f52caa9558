import HTTPWire
import JSON
import Model

/// A request to the demo provider, taken apart.
struct DemoRequest: Sendable {
    /// The method.
    let method: HTTPMethod
    /// The segments of the path, decoded.
    let path: [String]
    /// The parameters of the query.
    let query: [String: String]
    /// The body.
    let body: [UInt8]
    /// When it came.
    let now: Timestamp
    private let request: HTTPRequest

    /// Takes a request apart; nil when its path or query can't be decoded.
    init?(_ request: HTTPRequest, now: Timestamp) {
        var path: [String] = []
        for segment in request.path.split(separator: "/") {
            guard let text = FormText.decoded(segment) else { return nil }
            path.append(text)
        }
        guard let query = FormText.pairs(request.query ?? "") else { return nil }
        self.method = request.method
        self.path = path
        self.query = query
        self.body = request.body
        self.now = now
        self.request = request
    }

    /// The value of a header field, named in small letters.
    func header(_ name: String) -> String? { request.header(name) }

    /// The token of `Authorization: Bearer`.
    var bearer: String? {
        guard let field = header("authorization"), field.lowercased().hasPrefix("bearer ") else {
            return nil
        }
        return String(field.dropFirst(7))
    }

    /// The body as a form; nil when it is none.
    var form: [String: String]? {
        let mediaType = header("content-type")?.split(separator: ";").first ?? ""
        guard body.isEmpty || mediaType == "application/x-www-form-urlencoded" else { return nil }
        return FormText.pairs(String(decoding: body, as: UTF8.self))
    }

    /// The body as JSON; nil when it is none.
    var json: JSONValue? {
        do {
            return try JSONValue(parsing: body)
        } catch {
            // The provider tells it in its own words.
            return nil
        }
    }
}
