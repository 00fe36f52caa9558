public import Model

extension Ledger {
    /// Looks at the state before and behind some entries of the log: what each has changed.
    ///
    /// The states have the catalog, all keys, and what these tenants had; they are folded anew from the
    /// nearest snapshot, on a queue of the journal's own.
    ///
    /// - Parameters:
    ///   - positions: The entries' places in the log.
    ///   - tenants: Whose objects are looked at.
    ///   - look: Called once for each place, in the order of the log, with it, the state before the
    ///     entry, the entry and the state behind it.
    /// - Returns: What `look` answered, by place; not for entries that the journal does not keep any more.
    /// - Throws: `HistoryError` with `.overloaded`, `.failed`.
    /// - Complexity: O(bytes of the nearest snapshot and of the log behind it).
    public func surroundings<Found: Sendable>(
        of positions: Set<UInt64>,
        tenants: Set<TenantID>,
        _ look: @escaping @Sendable (UInt64, State, LogEntry, State) -> Found
    ) async throws(HistoryError) -> [UInt64: Found] {
        guard let first = positions.min(), let last = positions.max() else { return [:] }
        return try await reading { (history) throws(JournalError) in
            var fold = SurroundingsFold(tenants)
            let start = try fold.readSnapshot(before: first, in: history)
            var found: [UInt64: Found] = [:]
            try history.forEachRecord(after: start) { (record) throws(JournalError) in
                guard record.position <= last else { return false }
                guard positions.contains(record.position) else {
                    try fold.read(record)
                    return true
                }
                let before = fold.state
                let entry = try fold.read(record, isWanted: true)
                if let entry {
                    found[record.position] = look(record.position, before, entry, fold.state)
                }
                return true
            }
            return found
        }
    }
}

/// Folds those parts of the log that some tenants' objects and the platform's are made of.
private struct SurroundingsFold {
    private let needles: [Needle]
    private(set) var state = State()

    init(_ tenants: Set<TenantID>) {
        let kinds = ["spec", "blueprint", "policy", "key"].map { "\"kind\":\"\($0)\"" }
        needles = (tenants.map { "\"\($0.text)\"" } + kinds).map { Needle($0) }
    }

    private func covers(_ text: [UInt8]) -> Bool { needles.contains { $0.stands(in: text) } }

    /// Reads the newest snapshot that is older than a position, or the oldest that is kept.
    ///
    /// - Returns: The position that it covers; 0 when the log has its beginning still.
    mutating func readSnapshot(
        before position: UInt64,
        in history: any JournalHistory
    ) throws(JournalError) -> UInt64 {
        let first = history.firstPosition
        let kept = history.snapshotPositions.filter { $0 + 1 >= first }
        let older = kept.last { $0 < position }
        if older == nil, first == 1 { return 0 }
        guard let base = older ?? kept.first else {
            throw JournalError(.damaged, "the log begins at position \(first), with no snapshot")
        }
        var hasHead = false
        try history.forEachLine(ofSnapshot: base) { (line) throws(JournalError) in
            if hasHead, covers(line) { state.apply(try StateLoader.change(line), at: .earliest) }
            hasHead = true
            return true
        }
        state.position = base
        return base
    }

    /// Folds a record; its entry, when it was read.
    @discardableResult
    mutating func read(
        _ record: JournalRecord,
        isWanted: Bool = false
    ) throws(JournalError) -> LogEntry? {
        defer { state.position = record.position }
        guard isWanted || covers(record.payload) else { return nil }
        let entry = try LoggedEntry(record).entry
        state.apply(entry, position: record.position)
        return entry
    }
}
