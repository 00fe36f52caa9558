import Ledger

extension JournalRule {
    static let reading = [
        JournalRule("the records behind any position come back, in order, after a restart too") {
            bed in
            let loaded = try bed.open()
            try await loaded.append([1], [2], after: 0)
            try await loaded.append([3], after: 2)
            try await requireKept([[1], [2], [3]], from: 1, in: loaded.journal)
            await loaded.journal.close()
            let next = try bed.open()
            try await next.append([4], [5], after: 3)
            try await requireKept([[1], [2], [3], [4], [5]], from: 1, in: next.journal)
            await next.journal.close()
        },
        JournalRule("an empty log has nothing to read, and is not an error") { bed in
            let loaded = try bed.open()
            try await requireKept([], from: 1, in: loaded.journal)
            let snapshots = try await loaded.journal.withHistory { history in
                history.snapshotPositions
            }
            try require(snapshots, equals: [], "the snapshots")
            await loaded.journal.close()
        },
        JournalRule("a reading stops at the line or record at which its reader has enough") { bed in
            let loaded = try bed.open()
            try await loaded.append([1], [2], [3], after: 0)
            try await loaded.save([[7], [8], [9]], at: 0)
            let counts = try await loaded.journal.withHistory {
                (history) throws(JournalError) -> [Int] in
                var (lineCount, recordCount) = (0, 0)
                try history.forEachLine(ofSnapshot: 0) { _ in
                    lineCount += 1
                    return lineCount < 2
                }
                try history.forEachRecord(after: 0) { _ in
                    recordCount += 1
                    return recordCount < 2
                }
                return [lineCount, recordCount]
            }
            try require(counts, equals: [2, 2], "lines and records")
            await loaded.journal.close()
        },
        JournalRule("the newest snapshot is kept and read back, with all that is behind it") {
            bed in
            let loaded = try bed.open()
            for position: UInt64 in 1...40 {
                try await loaded.append([UInt8(position)], after: position - 1)
                guard position % 10 == 0 else { continue }
                try await loaded.save([[0xA0], [UInt8(100 + position)]], at: position - 2)
            }
            try await requireHistory(loaded.journal)
            await loaded.journal.close()
            let next = try bed.open()
            try await requireHistory(next.journal)
            await next.journal.close()
        },
        JournalRule("what is no longer kept, or never was, is told as such") { bed in
            let loaded = try bed.open()
            // Many and large, so that a journal in files has whole files to remove.
            for position: UInt64 in 1...60 {
                let payload = [UInt8](repeating: UInt8(position), count: 1000)
                try await loaded.append(payload, after: position - 1)
                if position % 20 == 0 { try await loaded.save([[1]], at: position) }
            }
            try await requireFailure(.notKept, "a snapshot that never was") {
                () async throws(JournalError) in
                try await loaded.journal.withHistory { (history) throws(JournalError) in
                    try history.forEachLine(ofSnapshot: 7) { _ in true }
                }
            }
            let first = try await loaded.journal.withHistory { history in history.firstPosition }
            guard first > 1 else { return await loaded.journal.close() }
            try await requireFailure(.notKept, "a record that was removed") {
                () async throws(JournalError) in
                try await loaded.journal.withHistory { (history) throws(JournalError) in
                    try history.forEachRecord(after: first - 2) { _ in true }
                }
            }
            await loaded.journal.close()
        },
        JournalRule("a reading beside appends and snapshots is whole, and never behind its start") {
            bed in
            let loaded = try bed.open()
            try await loaded.append([1], after: 0)
            async let appended: Void = appendAndSave(loaded)
            for _ in 0..<50 {
                let isWhole = try await loaded.journal.withHistory {
                    (history) throws(JournalError) -> Bool in
                    var next = history.firstPosition
                    try history.forEachRecord(after: next - 1) { record in
                        guard record.position == next else { return false }
                        guard record.payload == [UInt8(truncatingIfNeeded: next)] else {
                            return false
                        }
                        next += 1
                        return true
                    }
                    return next == history.lastPosition + 1
                }
                try require(isWhole, equals: true, "the reading is whole")
            }
            try await appended
            await loaded.journal.close()
        },
        JournalRule("what a reader throws is thrown on, and harms nothing") { bed in
            let loaded = try bed.open()
            try await loaded.append([1], [2], after: 0)
            let failure = JournalError(.unavailable, "the reader failed")
            let thrown = try await requireFailure(.unavailable, "the reading") {
                () async throws(JournalError) in
                try await loaded.journal.withHistory { (history) throws(JournalError) in
                    try history.forEachRecord(after: 0) { (_) throws(JournalError) in throw failure
                    }
                }
            }
            try require(thrown, equals: failure, "the error")
            try await loaded.append([3], after: 2)
            try await requireKept([[1], [2], [3]], from: 1, in: loaded.journal)
            await loaded.journal.close()
        },
    ]

    /// Breaks the rule unless exactly these records are kept, and come back behind each position.
    private static func requireKept(
        _ payloads: [[UInt8]],
        from first: UInt64,
        in journal: any Journal
    ) async throws {
        let kept = LoadedJournal.records(payloads, after: first - 1)
        for skipped in 0...payloads.count {
            let found = try await journal.withHistory {
                (history) throws(JournalError) -> [JournalRecord] in
                var records: [JournalRecord] = []
                try history.forEachRecord(after: first - 1 + UInt64(skipped)) { record in
                    records.append(record)
                    return true
                }
                return records
            }
            try require(found, equals: Array(kept[skipped...]), "records behind \(skipped)")
        }
        let ends = try await journal.withHistory { history in
            [history.firstPosition, history.lastPosition]
        }
        let last = first - 1 + UInt64(payloads.count)
        try require(ends, equals: [first, last], "the first and last position")
    }

    /// Breaks the rule unless the snapshot at 38 is whole, and every record from the first on is there.
    private static func requireHistory(_ journal: any Journal) async throws {
        let found = try await journal.withHistory {
            (history) throws(JournalError) -> (lines: [[UInt8]], records: [UInt8], first: UInt64) in
            var lines: [[UInt8]] = []
            try history.forEachLine(ofSnapshot: history.snapshotPositions.last ?? 0) { line in
                lines.append(line)
                return true
            }
            var records: [UInt8] = []
            try history.forEachRecord(after: history.firstPosition - 1) { record in
                records += record.payload
                return true
            }
            return (lines, records, history.firstPosition)
        }
        try require(found.lines, equals: [[0xA0], [140]], "the newest snapshot")
        try require(found.first <= 39, equals: true, "the log begins no later than behind it")
        try require(found.records, equals: Array(UInt8(found.first)...40), "the records")
    }

    private static func appendAndSave(_ loaded: LoadedJournal) async throws(JournalError) {
        for position: UInt64 in 2...200 {
            try await loaded.append([UInt8(truncatingIfNeeded: position)], after: position - 1)
            if position % 25 == 0 { try await loaded.save([[1]], at: position - 1) }
        }
    }
}
