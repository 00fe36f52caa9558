/// AWS Signature Version 4: proves who sent a request, without sending the key.
///
/// Signed is the canonical form of what goes out: path and query are read as they are sent and
/// written in the one spelling that AWS computes from them (`AWSCanonicalForm`).
public struct AWSSignature: Sendable {
    /// A request, as far as it is signed.
    public struct Request {
        /// The method, in capitals.
        public let method: String
        /// The path, as it is sent.
        public let path: String
        /// The query as it is sent, without its question mark; empty for none.
        public let query: String
        /// All header fields to be signed; `host` and `x-amz-date` must be among them.
        public let headers: [(name: String, value: String)]
        /// SHA-256 of the body, in hexadecimal.
        public let payloadDigest: String

        /// A request with this body.
        public init(
            method: String,
            path: String,
            query: String,
            headers: [(name: String, value: String)],
            body: [UInt8]
        ) {
            self.method = method
            self.path = path
            self.query = query
            self.headers = headers
            self.payloadDigest = AWSSignature.digest(of: body)
        }
    }

    /// How the header field `Authorization` begins.
    public static let algorithm = "AWS4-HMAC-SHA256"

    /// Which key it is; no secret.
    public let accessKeyID: String
    /// The region of the service that is called, such as `eu-central-1`.
    public let region: String
    /// The service's name in a signature, such as `s3`.
    public let service: String
    private let secretAccessKey: SecretBytes

    /// Signs with a key, for one service in one region.
    public init(
        accessKeyID: String,
        secretAccessKey: SecretBytes,
        region: String,
        service: String
    ) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.region = region
        self.service = service
    }

    /// SHA-256 of a body, as `x-amz-content-sha256` has it.
    public static func digest(of body: [UInt8]) -> String { Hex.encode(Digest.sha256(body)) }

    /// The value of the header field `Authorization`.
    ///
    /// - Parameters:
    ///   - request: What is signed.
    ///   - time: As in `x-amz-date`: `20150830T123600Z`.
    /// - Returns: Which key it was, what was signed, and the signature.
    public func authorization(of request: Request, at time: String) -> String {
        let headers = request.headers
            .map { (name: $0.name.lowercased(), value: Self.folded($0.value)) }
            .sorted { $0.name < $1.name }
        let names = headers.map(\.name).joined(separator: ";")
        let form = AWSCanonicalForm(of: service)
        let canonical =
            ([request.method, form.path(request.path), form.query(request.query)]
            + headers.map { "\($0.name):\($0.value)" }
            + ["", names, request.payloadDigest])
            .joined(separator: "\n")
        let day = String(time.prefix(8))
        let scope = "\(day)/\(region)/\(service)/aws4_request"
        let text = [Self.algorithm, time, scope, Hex.encode(Digest.sha256(canonical))]
            .joined(separator: "\n")
        let signature = Digest.hmacSHA256(Array(text.utf8), key: key(on: day))
        return "\(Self.algorithm) Credential=\(accessKeyID)/\(scope), "
            + "SignedHeaders=\(names), Signature=\(Hex.encode(signature))"
    }

    /// The key of a day, derived so that it is good for one region and service only.
    func key(on day: String) -> SecretBytes {
        var first = secretAccessKey.withSpan { span in
            Array("AWS4".utf8) + span.indices.map { span[$0] }
        }
        var key = SecretBytes(wiping: &first)
        for part in [day, region, service, "aws4_request"] {
            var next = Digest.hmacSHA256(Array(part.utf8), key: key)
            key = SecretBytes(wiping: &next)
        }
        return key
    }

    /// Without space around it, and runs of spaces as one.
    private static func folded(_ value: String) -> String {
        value.split(omittingEmptySubsequences: true) { $0 == " " || $0 == "\t" }
            .joined(separator: " ")
    }
}
