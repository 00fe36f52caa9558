import Model

// The audit records that the log's entries owe; see `AuditDebts`.
extension Ledger {
    /// Those entries of this process's trail that owe records and that nobody of the process is at:
    /// at a start all that were in flight when the process before it ended, in the order of the log.
    public var abandonedDebts: [OwingEntry] { debtBook?.abandoned(state.auditDebts) ?? [] }

    /// Whether entries keep what they owe to the trail: not where a crash loses both together.
    public var keepsDebts: Bool { debtBook != nil }

    /// Whether the log is to be told that debts were settled: an anchor does.
    public var hasSettledDebts: Bool { debtBook?.hasSettled ?? false }

    /// Notes that the trail has the records of abandoned entries; the log is told with the next entry.
    public func settle(_ entries: [OwingEntry]) { debtBook?.settle(entries.map(\.number)) }

    /// What a new entry says of the trail.
    func note(
        _ owes: OwedRecords?,
        _ settling: AuditSettlement?,
        on state: State,
        _ holder: DebtHolder
    ) -> AuditNote? {
        if let settling { return AuditNote(settling.writer, settled: settling.settled) }
        guard let debtBook else { return nil }
        let settled = debtBook.settled(of: state.auditDebts)
        let owed = owes.map { (holder.opened(in: debtBook).number, $0) }
        guard owed != nil || !settled.isEmpty else { return nil }
        return AuditNote(debtBook.writer, owed: owed, settled: settled)
    }
}

/// That a trail has the records of entries which another writer than this process made.
public struct AuditSettlement: Sendable {
    let writer: AuditWriter
    let settled: [ClosedRange<UInt64>]

    /// The entries of this writer owe nothing any more.
    public init(_ writer: AuditWriter, _ entries: [OwingEntry]) {
        self.writer = writer
        settled = entries.map { $0.number...$0.number }
    }
}
