import Model

/// Writes that become durable together.
struct LogBatch {
    /// A batch takes no more writes when it has this size, in bytes.
    static let byteCountMax = 64 << 20

    /// The state after the batch.
    private(set) var state: State
    /// What is appended.
    private(set) var records: [JournalRecord] = []
    /// The same, for those who follow the log.
    private(set) var entries: [LoggedEntry] = []
    /// Whom to answer when it is durable; also those who had nothing to append.
    private(set) var writes: [PendingWrite] = []
    /// Those whose entry is too large, whatever becomes of the others.
    private(set) var refused: [PendingWrite] = []
    private var byteCount = 0

    /// An empty batch behind `state`.
    init(on state: State) { self.state = state }

    /// Whether the next write has to wait for the next batch.
    var isFull: Bool { byteCount >= Self.byteCountMax }

    /// Plans what waits, in order, until the batch is full.
    ///
    /// - Returns: The batch, and those for whom it had no room.
    static func planning(
        _ waiting: [PendingWrite],
        on state: State
    ) -> (batch: LogBatch, rest: [PendingWrite]) {
        var batch = LogBatch(on: state)
        var rest = waiting[...]
        while !batch.isFull, let write = rest.popFirst() { batch.add(write) }
        return (batch, Array(rest))
    }

    /// Plans a write on the state so far, and takes its entry, unless it is too large.
    mutating func add(_ write: PendingWrite) {
        guard let entry = write.plan(state) else {
            writes.append(write)
            return
        }
        let payload = entry.serialized()
        guard payload.count <= Ledger.entryByteCountMax else {
            refused.append(write)
            return
        }
        byteCount += payload.count
        records.append(JournalRecord(position: state.position + 1, payload: payload))
        state.apply(entry)
        state.position += 1
        entries.append(
            LoggedEntry(position: state.position, entry: entry, byteCount: payload.count)
        )
        writes.append(write)
    }
}
