import JSON
import Model
import Platform

/// What an operation sends: the bytes of its body, or what its members add to the query.
struct RequestBody {
    /// The bytes; nil for none.
    private(set) var bytes: [UInt8]?
    /// What they are.
    private(set) var contentType: String?
    /// Query parameters, of the encoding `query`.
    private(set) var query: [(name: String, value: String)] = []

    /// The body of a call; a missing optional input drops its member.
    init(_ operation: Operation, _ scope: TemplateScope) throws(RenderFailure) {
        guard let template = operation.body, let body = scope.value(template) else { return }
        switch operation.encoding {
        case .none: return
        case .json:
            bytes = Array(body.serializedText.utf8)
            contentType = "application/json"
        case .form:
            bytes = Array(FormFields(body).encoded.utf8)
            contentType = "application/x-www-form-urlencoded"
        case .query: query = FormFields(body).fields
        case .raw:
            let isText = body.string != nil
            let fallback = isText ? "text/plain; charset=utf-8" : "application/octet-stream"
            bytes = try MultipartBody.content(body, of: "body")
            contentType = operation.contentType ?? fallback
        case .multipart:
            let form = try MultipartBody(body)
            bytes = form.bytes
            contentType = form.contentType
        }
    }
}
