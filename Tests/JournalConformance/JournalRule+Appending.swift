import Ledger

extension JournalRule {
    static let appending = [
        JournalRule("an empty storage has no lines, no records, and ends at position 0") { bed in
            let loaded = try await bed.contents()
            let empty = JournalReport(snapshotPosition: 0, lastPosition: 0, tornByteCount: 0)
            try require(loaded.report, equals: empty, "the report")
            try require(loaded.lines, equals: [], "lines")
            try require(loaded.records, equals: [], "records")
        },
        JournalRule("records come back in order, with their positions and all their bytes") { bed in
            let payloads: [[UInt8]] = [
                Array(0...255), [0], [0x0A], Array("{\"a\":1}".utf8),
                [UInt8](repeating: 0, count: 64),
            ]
            let loaded = try bed.open()
            let records = LoadedJournal.records(payloads, after: 0)
            for record in records { try await loaded.journal.append([record]) }
            await loaded.journal.close()
            try await requireRecords(records, in: bed)
        },
        JournalRule("a batch comes back as its records") { bed in
            let records = LoadedJournal.records((0..<100).map { [$0, 1] }, after: 0)
            let loaded = try bed.open()
            try await loaded.journal.append(Array(records[..<1]))
            try await loaded.journal.append(Array(records[1..<99]))
            try await loaded.journal.append(Array(records[99...]))
            await loaded.journal.close()
            try await requireRecords(records, in: bed)
        },
        JournalRule("positions go on after each restart") { bed in
            let records = LoadedJournal.records((1...6).map { [$0] }, after: 0)
            for start in stride(from: 0, to: records.count, by: 2) {
                let loaded = try bed.open()
                try require(loaded.records, equals: Array(records[..<start]), "records so far")
                try await loaded.journal.append([records[start]])
                try await loaded.journal.append([records[start + 1]])
                await loaded.journal.close()
            }
            try await requireRecords(records, in: bed)
        },
        JournalRule("an empty batch appends nothing") { bed in
            let loaded = try bed.open()
            try await loaded.journal.append([])
            try await loaded.append([7], after: 0)
            try await loaded.journal.append([])
            await loaded.journal.close()
            try await requireRecords(LoadedJournal.records([[7]], after: 0), in: bed)
        },
        JournalRule("a batch that does not follow is a conflict, and changes nothing") { bed in
            let loaded = try bed.open()
            for position: UInt64 in [0, 2] {
                try await requireFailure(.conflict, "a first record at \(position)") {
                    () async throws(JournalError) in
                    try await loaded.journal.append([
                        JournalRecord(position: position, payload: [1])
                    ])
                }
            }
            try await loaded.append([1], [2], after: 0)
            for position: UInt64 in [1, 2, 4] {
                try await requireFailure(.conflict, "a third record at \(position)") {
                    () async throws(JournalError) in
                    try await loaded.append([9], [9], after: position - 1)
                }
            }
            try await loaded.append([3], after: 2)
            await loaded.journal.close()
            try await requireRecords(LoadedJournal.records([[1], [2], [3]], after: 0), in: bed)
        },
        JournalRule("the largest payload comes back whole, between small ones") { bed in
            let pattern: [UInt8] = Array(1...251)
            var large = [UInt8](repeating: 0, count: JournalRecord.payloadByteCountMax)
            for index in stride(from: 0, to: large.count, by: 4099) {
                large[index] = pattern[index % pattern.count]
            }
            large[large.count - 1] = 2
            let records = LoadedJournal.records([[3], large, [4]], after: 0)
            let loaded = try bed.open()
            try await loaded.journal.append([records[0]])
            try await loaded.journal.append(Array(records[1...]))
            await loaded.journal.close()
            let found = try await bed.contents().records
            try require(found.map(\.position), equals: [1, 2, 3], "the positions")
            try require(found[0].payload, equals: [3], "the first payload")
            try require(found[1].payload.count, equals: large.count, "the bytes of the largest")
            // A debug build takes seconds to compare all of them.
            for index in Array(stride(from: 0, to: large.count, by: 4099)) + [large.count - 1] {
                try require(found[1].payload[index], equals: large[index], "byte \(index)")
            }
            try require(found[2].payload, equals: [4], "the last payload")
        },
        JournalRule("a batch of the most records comes back") { bed in
            let payloads = [[UInt8]](repeating: [5], count: JournalRecord.batchCountMax)
            let records = LoadedJournal.records(payloads, after: 0)
            let loaded = try bed.open()
            try await loaded.journal.append(records)
            await loaded.journal.close()
            let found = try await bed.contents()
            try require(found.records == records, equals: true, "the records are the same")
        },
    ]

    /// Breaks the rule unless a new journal finds just these records, and no snapshot.
    static func requireRecords(_ records: [JournalRecord], in bed: any JournalBed) async throws {
        let loaded = try await bed.contents()
        let report = JournalReport(
            snapshotPosition: 0,
            lastPosition: UInt64(records.count),
            tornByteCount: 0
        )
        try require(loaded.report, equals: report, "the report")
        try require(loaded.lines, equals: [], "lines")
        try require(loaded.records, equals: records, "records")
    }
}
