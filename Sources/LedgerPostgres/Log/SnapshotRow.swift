#if PostgreSQL
import Ledger
import Platform

/// A snapshot as its row says, and the checks of its parts.
struct SnapshotRow {
    let position: Int64
    let partCount: Int64
    let lineCount: Int64
    /// SHA-256 of the SHA-256 digests of the parts, in order.
    let digest: [UInt8]

    /// The rows of a statement that selects `position, parts, lines, digest`.
    static func rows(_ result: PostgresResult) -> [SnapshotRow] {
        (0..<result.rowCount)
            .compactMap { row in
                guard let position = result.integer(row, 0), let parts = result.integer(row, 1),
                    let lines = result.integer(row, 2), let digest = result.bytes(row, 3)
                else { return nil }
                return SnapshotRow(
                    position: position,
                    partCount: parts,
                    lineCount: lines,
                    digest: digest
                )
            }
    }

    /// The digests of the parts as they are now; nil when they are not the snapshot's.
    func partDigests(_ result: PostgresResult) -> [[UInt8]]? {
        let digests = (0..<result.rowCount).map { row in result.bytes(row, 0) ?? [] }
        guard digests.count == Int(partCount), Self.digest(of: digests) == digest else {
            return nil
        }
        return digests
    }

    /// The digest of parts that have these digests.
    static func digest(of parts: [[UInt8]]) -> [UInt8] { Digest.sha256(Array(parts.joined())) }

    /// What to say of a snapshot whose parts are not what was written.
    var damage: String {
        "the snapshot of position \(position) in bindery_snapshot_part is not what was written"
    }
}
#endif
