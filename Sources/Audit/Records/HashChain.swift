import JSON
import Platform

/// How records are tied together, so that changing, removing or reordering one is noticed.
///
/// `hash` is the SHA-256, in lowercase hexadecimal, of the record without its member `hash` in
/// canonical form (RFC 8785, except that a 64-bit integer keeps all its digits). `previousHash` is a
/// member like the others, so that every hash covers all records before it. The first record's is
/// `start`. Anybody can check this with a JSON library and SHA-256.
enum HashChain {
    /// What stands before the first record.
    static let start = String(repeating: "0", count: 2 * Digest.byteCount)

    /// Makes the canonical form of a record without its hash the line that keeps it: `hash` last.
    ///
    /// - Returns: The hash.
    static func seal(_ line: inout [UInt8]) -> String {
        let hash = Hex.encode(Digest.sha256(line))
        line.removeLast()
        JSONWriter.append(",\"hash\":\"", to: &line)
        JSONWriter.append(hash, to: &line)
        JSONWriter.append("\"}", to: &line)
        return hash
    }

    /// The hash that the record should have.
    static func hash(of record: JSONObject) -> String {
        var members = record
        members["hash"] = nil
        return Hex.encode(Digest.sha256(JSONValue.object(members).canonical()))
    }
}

/// The newest record of a trail: what is anchored elsewhere to prove that none was cut off.
public struct AuditHead: Sendable, Hashable {
    /// Its sequence; 0 for an empty trail.
    public let sequence: UInt64
    /// Its hash.
    public let hash: String

    /// The head of an empty trail.
    public static let empty = AuditHead(sequence: 0, hash: HashChain.start)

    /// A head that was kept somewhere.
    public init(sequence: UInt64, hash: String) {
        self.sequence = sequence
        self.hash = hash
    }
}
