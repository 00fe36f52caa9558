public import Model

/// What is remembered of a request that carried an `Idempotency-Key` (API section 2).
public struct IdempotencyRecord: Sendable, Equatable {
    /// How long a record is kept.
    public static let lifetime = Duration.seconds(24 * 3600)
    /// The most records in all; a request that needs one more is refused.
    public static let countMax = 200_000
    /// The most records of one credential, so that none can take the room of all.
    public static let countPerOwnerMax = 50_000
    /// The most bytes of answers in all.
    public static let byteCountMax = 256 << 20
    /// The largest answer that is remembered, in bytes: what a provider may answer, and some more.
    public static let bodyByteCountMax = 5 << 20

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
    /// The id of the credential that sent it.
    public let owner: String
    /// The answer; nil while the request runs, and for ever when the process died in it.
    public let answer: Answer?
    /// The connection that may have been called, when the request failed and may be repeated there,
    /// and only there.
    public let repeatableOn: ConnectionID?

    /// A record.
    public init(
        key: String,
        bodyDigest: String,
        expiresAt: Timestamp,
        owner: String,
        answer: Answer?,
        repeatableOn: ConnectionID? = nil
    ) {
        self.key = key
        self.bodyDigest = bodyDigest
        self.expiresAt = expiresAt
        self.owner = owner
        self.answer = answer
        self.repeatableOn = repeatableOn
    }
}

/// The records that are kept, and how much room they take.
public struct IdempotencyTable: Sendable {
    private var records = ShardedTable<String, IdempotencyRecord>()
    private var owners = ShardedTable<String, Int>()
    /// The bytes of the answers kept.
    public private(set) var byteCount = 0

    /// The number of records.
    public var count: Int { records.count }
    /// The keys, in no particular order.
    var keys: [String] { records.keys }

    /// The record of a key.
    public subscript(key: String) -> IdempotencyRecord? { records[key] }

    /// The number of records of a credential.
    public func count(of owner: String) -> Int { owners[owner] ?? 0 }

    /// Puts a record, or removes one with nil.
    mutating func set(_ key: String, _ record: IdempotencyRecord?) {
        if let old = records[key] { count(old, -1) }
        if let record { count(record, 1) }
        records.set(key, record)
    }

    /// Removes what has expired.
    ///
    /// - Complexity: O(records).
    mutating func removeExpired(at now: Timestamp) {
        var expired: [String] = []
        records.visit { key, record in if record.expiresAt <= now { expired.append(key) } }
        for key in expired { set(key, nil) }
    }

    /// Whether something has expired.
    ///
    /// - Complexity: O(records).
    public func hasExpired(at now: Timestamp) -> Bool {
        var isFound = false
        records.visit { _, record in if record.expiresAt <= now { isFound = true } }
        return isFound
    }

    private mutating func count(_ record: IdempotencyRecord, _ sign: Int) {
        byteCount += sign * (record.answer?.body.count ?? 0)
        let count = (owners[record.owner] ?? 0) + sign
        owners.set(record.owner, count == 0 ? nil : count)
    }
}
