import JSON
import Model

/// A record's place in the chain.
struct ChainLink: Sendable {
    let id: String
    /// The hash of the record before it.
    let previousHash: String
    /// The chain's head behind it.
    let head: AuditHead
}

/// A record without its place in the chain, which it gets when its batch is written.
///
/// All that is dear is done when it is made, by whoever appends and so on any core: taking out
/// secrets, and writing the canonical form. What is left for the one task that ties the chain is to
/// put three values between the pieces, and to hash them.
struct UnsealedRecord: Sendable {
    /// The members that only the chain can tell, in the order of the canonical form.
    private static let places = ["id", "previousHash", "sequence"]
    /// What their values take at most, with the record's own hash.
    private static let placesByteCount = 256

    let tenant: TenantID?
    let occurredAt: Timestamp
    /// What the index finds it by.
    let terms: [IndexTerm]
    /// All members; those of the chain are null still.
    private let members: JSONObject
    /// The canonical form, cut where the values of the chain come.
    private let pieces: [[UInt8]]

    init(_ draft: AuditDraft) {
        tenant = draft.tenant
        occurredAt = draft.occurredAt
        members = draft.members
        terms = IndexTerm.all(of: members)
        pieces = Self.pieces(of: members)
    }

    /// The record at its place in the chain.
    func record(at link: ChainLink) -> AuditRecord {
        var document = members
        document["id"] = .string(link.id)
        document["sequence"] = .integer(Int64(clamping: link.head.sequence))
        document["previousHash"] = .string(link.previousHash)
        document["hash"] = .string(link.head.hash)
        guard let record = AuditRecord(document) else {
            preconditionFailure("a record of the chain has the members that it needs")
        }
        return record
    }

    /// Ties the record to the chain behind `head`.
    ///
    /// - Returns: Its place there, and the line that keeps the record.
    func seal(id: String, after head: AuditHead) -> (link: ChainLink, line: [UInt8]) {
        let sequence = head.sequence + 1
        var line: [UInt8] = []
        line.reserveCapacity(pieces.reduce(Self.placesByteCount) { $0 + $1.count })
        line += pieces[0]
        JSONWriter.appendString(id, to: &line)
        line += pieces[1]
        JSONWriter.appendString(head.hash, to: &line)
        line += pieces[2]
        JSONWriter.appendInteger(Int64(clamping: sequence), to: &line)
        line += pieces[3]
        let hash = HashChain.seal(&line)
        let link = ChainLink(
            id: id,
            previousHash: head.hash,
            head: AuditHead(sequence: sequence, hash: hash)
        )
        return (link, line)
    }

    private static func pieces(of members: JSONObject) -> [[UInt8]] {
        var pieces: [[UInt8]] = []
        var piece: [UInt8] = [0x7B]
        var isFirst = true
        for index in members.canonicalOrder {
            let member = members.members[index]
            // The hash covers what it is not a part of.
            if member.key == "hash" { continue }
            if !isFirst { piece.append(0x2C) }
            isFirst = false
            JSONWriter.appendString(member.key, to: &piece)
            piece.append(0x3A)
            if places.contains(member.key) {
                pieces.append(piece)
                piece = []
            } else {
                member.value.writeCanonical(into: &piece)
            }
        }
        piece.append(0x7D)
        return pieces + [piece]
    }
}
