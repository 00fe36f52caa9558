public import Model

/// What is remembered of a request that carried an `Idempotency-Key` (API section 2).
public struct IdempotencyRecord: Sendable, Equatable {
    /// How long a record is kept.
    public static let lifetime = Duration.seconds(24 * 3600)
    /// The most records; a request that needs one more is refused.
    public static let countMax = 200_000
    /// The largest answer that is remembered, in bytes.
    public static let bodyByteCountMax = 1 << 20

    /// The answer, to be given again.
    public struct Answer: Sendable, Equatable {
        /// The status.
        public let status: Int
        /// The header fields that belong to the answer, such as `Location` and `ETag`.
        public let headers: [String: String]
        /// The body, which is JSON text.
        public let body: [UInt8]

        /// An answer.
        public init(status: Int, headers: [String: String], body: [UInt8]) {
            self.status = status
            self.headers = headers
            self.body = body
        }
    }

    /// Credential, method, path and the caller's key, digested into one text.
    public let key: String
    /// The digest of the request's body.
    public let bodyDigest: String
    /// When it is forgotten.
    public let expiresAt: Timestamp
    /// The answer; nil while the request runs, and for ever when the process died in it.
    public let answer: Answer?

    /// A record.
    public init(key: String, bodyDigest: String, expiresAt: Timestamp, answer: Answer?) {
        self.key = key
        self.bodyDigest = bodyDigest
        self.expiresAt = expiresAt
        self.answer = answer
    }
}
