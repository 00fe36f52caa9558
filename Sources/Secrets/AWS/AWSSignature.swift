import Model
import Platform

/// AWS Signature Version 4: proves who sent a request, without sending the key.
struct AWSSignature {
    /// A request, as far as it is signed.
    struct Request {
        let method: String
        /// The path, encoded.
        let path: String
        /// The query, encoded, its parameters in order.
        let query: String
        /// All header fields to be signed; `host` and `x-amz-date` must be among them.
        let headers: [(name: String, value: String)]
        let body: [UInt8]
    }

    let credentials: AWSCredentials
    let region: String
    let service: String

    /// The value of the header field `Authorization`.
    ///
    /// - Parameters:
    ///   - request: What is signed.
    ///   - time: As in `x-amz-date`: `20150830T123600Z`.
    /// - Returns: Which key it was, what was signed, and the signature.
    func authorization(of request: Request, at time: String) -> String {
        let headers = request.headers
            .map { (name: $0.name.lowercased(), value: Self.folded($0.value)) }
            .sorted { $0.name < $1.name }
        let names = headers.map(\.name).joined(separator: ";")
        let canonical =
            ([request.method, request.path, request.query]
            + headers.map { "\($0.name):\($0.value)" }
            + ["", names, Hex.encode(Digest.sha256(request.body))])
            .joined(separator: "\n")
        let day = String(time.prefix(8))
        let scope = "\(day)/\(region)/\(service)/aws4_request"
        let text = [
            "AWS4-HMAC-SHA256", time, scope, Hex.encode(Digest.sha256(canonical)),
        ]
        .joined(separator: "\n")
        let signature = Digest.hmacSHA256(Array(text.utf8), key: key(on: day))
        return "AWS4-HMAC-SHA256 Credential=\(credentials.accessKeyID)/\(scope), "
            + "SignedHeaders=\(names), Signature=\(Hex.encode(signature))"
    }

    /// The key of a day, derived so that it is good for one region and service only.
    func key(on day: String) -> SecretBytes {
        var first = credentials.secretAccessKey.withSpan { span in
            Array("AWS4".utf8) + span.indices.map { span[$0] }
        }
        var key = SecretBytes(wiping: &first)
        for part in [day, region, service, "aws4_request"] {
            var next = Digest.hmacSHA256(Array(part.utf8), key: key)
            key = SecretBytes(wiping: &next)
        }
        return key
    }

    /// A moment, in the form that is signed.
    static func time(_ moment: Timestamp) -> String {
        // 2015-08-30T12:36:00.123Z
        let seconds = moment.text.prefix(19).filter { $0 != "-" && $0 != ":" }
        return "\(seconds)Z"
    }

    /// Without space around it, and runs of spaces as one.
    private static func folded(_ value: String) -> String {
        value.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
    }
}
