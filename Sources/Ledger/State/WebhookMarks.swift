public import Model

/// The marks of the webhooks that are known again.
///
/// A table of a fixed size in rows: a tenant has a sixteenth of them, which it shares with others, and
/// an event has one row of these. A row that is full forgets what has expired, and then its oldest
/// mark. So whoever floods a connection of its own pushes out marks of its own part alone, and the
/// table has the same content wherever the log is folded.
public struct WebhookMarks: Sendable {
    /// The parts that tenants are spread over.
    static let partCount = 16
    /// The rows of a part.
    static let partRowCount = 64
    /// The most marks of a row: 524,288 in all, of 32 bytes each.
    static let rowCountMax = 512

    /// Marks, the oldest first.
    private(set) var rows: [[WebhookMark]] = Array(repeating: [], count: partCount * partRowCount)

    /// The mark of the same event, as long as it is known.
    ///
    /// - Complexity: O(`rowCountMax`).
    public func find(_ mark: WebhookMark, of tenant: TenantID, at now: Timestamp) -> WebhookMark? {
        rows[Self.row(mark, tenant)].last { $0.isSame(as: mark) && now < $0.expiresAt }
    }

    mutating func add(_ mark: WebhookMark, of tenant: TenantID, at now: Timestamp) {
        let row = Self.row(mark, tenant)
        if rows[row].count >= Self.rowCountMax { rows[row].removeAll { $0.expiresAt <= now } }
        if rows[row].count >= Self.rowCountMax { rows[row].removeFirst() }
        rows[row].append(mark)
    }

    /// Puts a row as it was written.
    mutating func set(_ row: Int, _ marks: [WebhookMark]) { rows[row] = marks }

    /// Where a mark stands: of the log alone, with nothing that differs between processes.
    private static func row(_ mark: WebhookMark, _ tenant: TenantID) -> Int {
        let part = Int(spread(tenant.text) % UInt64(partCount))
        return part * partRowCount + Int(mark.spread % UInt64(partRowCount))
    }

    /// FNV-1a: the standard library's own hash is another one in each process.
    private static func spread(_ text: String) -> UInt64 {
        let hash = text.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { hash, byte in
            (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
        }
        // The low bits alone are poor.
        return hash ^ (hash >> 32)
    }
}
