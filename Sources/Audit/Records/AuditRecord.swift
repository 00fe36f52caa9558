public import JSON
public import Model

/// An entry of the audit trail, which never changes again (API section 8).
public struct AuditRecord: Sendable, Hashable {
    /// The largest record, as a line of JSON, in bytes.
    public static let byteCountMax = 8 << 20
    /// The nesting that is read back: a document of the API's depth, inside a record.
    static let limits = JSONLimits(depthMax: 160, valueCountMax: 2_000_000)

    /// Its id, a UUIDv7.
    public let id: String
    /// Its place in the trail, counted from 1 without a gap.
    public let sequence: UInt64
    /// The hash of the record before it; 64 zeros before the first.
    public let previousHash: String
    /// The hash of this record, which covers every other member; see `HashChain`.
    public let hash: String
    /// All members.
    public let document: JSONObject

    /// The record as the API writes it.
    public var json: JSONValue { .object(document) }

    /// When it happened.
    public var occurredAt: Timestamp? { text("occurredAt").flatMap(Timestamp.init(_:)) }
    /// The tenant it belongs to; nil for the platform.
    public var tenant: TenantID? { text("tenantId").flatMap(TenantID.init(_:)) }
    /// What it is.
    public var kind: AuditKind? { text("kind").flatMap(AuditKind.init(rawValue:)) }
    /// How it ended.
    public var outcome: AuditOutcome? { text("outcome").flatMap(AuditOutcome.init(rawValue:)) }

    /// The text of a member; nil when it is absent or no text.
    func text(_ member: String) -> String? { document[member]?.string }

    /// Wraps the members of a record; nil when those that the chain needs are not there.
    init?(_ document: JSONObject) {
        guard let id = document["id"]?.string, let hash = document["hash"]?.string,
            let previousHash = document["previousHash"]?.string,
            case .integer(let sequence) = document["sequence"], sequence >= 1
        else { return nil }
        self.id = id
        self.sequence = UInt64(sequence)
        self.previousHash = previousHash
        self.hash = hash
        self.document = document
    }
}
