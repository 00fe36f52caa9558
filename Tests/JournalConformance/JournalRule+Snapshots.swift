import Ledger

extension JournalRule {
    static let snapshots = [
        JournalRule("a snapshot's lines come back, then only the records behind it") { bed in
            let loaded = try bed.open()
            try await loaded.append([1], [2], [3], after: 0)
            try await loaded.save(lines, at: 2)
            try await loaded.append([4], after: 3)
            await loaded.journal.close()
            try await requireContents(lines, [[3], [4]], after: 2, in: bed)
        },
        JournalRule("positions go on behind a snapshot that covers everything") { bed in
            let loaded = try bed.open()
            try await loaded.append([1], [2], after: 0)
            try await loaded.save(lines, at: 2)
            await loaded.journal.close()
            let next = try bed.open()
            try require(next.report.lastPosition, equals: 2, "the last position")
            try await requireFailure(.conflict, "a record at 1") { () async throws(JournalError) in
                try await next.append([9], after: 0)
            }
            try await next.append([3], after: 2)
            await next.journal.close()
            try await requireContents(lines, [[3]], after: 2, in: bed)
        },
        JournalRule("lines may be empty, of any bytes, many, long, or missing") { bed in
            let loaded = try bed.open()
            try await loaded.append([1], [2], after: 0)
            let any = Array(UInt8.min...UInt8.max).filter { byte in byte != 0x0A }
            let long = [UInt8](repeating: 0x20, count: 5 << 20)
            let many = [[], any, long, [], any] + (0..<2000).map { _ in any } + [[]]
            try await loaded.save(many, at: 1)
            await loaded.journal.close()
            let found = try await bed.contents()
            try require(found.lines == many, equals: true, "the lines are the same")
            let next = try bed.open()
            try await next.save([], at: 2)
            await next.journal.close()
            try await requireContents([], [], after: 2, in: bed)
        },
        JournalRule("an empty log has a snapshot at position 0") { bed in
            let loaded = try bed.open()
            try await loaded.save(lines, at: 0)
            try await loaded.append([1], after: 0)
            await loaded.journal.close()
            try await requireContents(lines, [[1]], after: 0, in: bed)
        },
        JournalRule("the newest snapshot counts, also when an older one comes later") { bed in
            let loaded = try bed.open()
            for position: UInt64 in 1...8 {
                try await loaded.append([UInt8(position)], after: position - 1)
            }
            for position: UInt64 in [2, 4, 6, 3] {
                try await loaded.save([[UInt8(position)]], at: position)
            }
            await loaded.journal.close()
            try await requireContents([[6]], [[7], [8]], after: 6, in: bed)
        },
        JournalRule("of two snapshots of one position the later one counts") { bed in
            let loaded = try bed.open()
            try await loaded.append([1], after: 0)
            try await loaded.save([[1]], at: 1)
            try await loaded.save([[2], [2]], at: 1)
            await loaded.journal.close()
            try await requireContents([[2], [2]], [], after: 1, in: bed)
        },
        JournalRule("a source's error is thrown on, and leaves everything as it was") { bed in
            let loaded = try bed.open()
            try await loaded.append([1], [2], after: 0)
            try await loaded.save(lines, at: 1)
            let failure = JournalError(.unavailable, "the source failed")
            let thrown = try await requireFailure(.unavailable, "the save") {
                () async throws(JournalError) in
                let source = LineSource(position: 2, lines: [[7]], failure: failure)
                try await loaded.journal.save(source)
            }
            try require(thrown, equals: failure, "the error")
            try await loaded.append([3], after: 2)
            await loaded.journal.close()
            try await requireContents(lines, [[2], [3]], after: 1, in: bed)
        },
        JournalRule("a save beside appends harms neither") { bed in
            let loaded = try bed.open()
            try await loaded.append([0], after: 0)
            async let saved: Void = saveOften(loaded)
            for position: UInt64 in 2...100 {
                try await loaded.append([UInt8(position)], after: position - 1)
            }
            try await saved
            await loaded.journal.close()
            let payloads = (2...100).map { [UInt8($0)] }
            try await requireContents([[9]], payloads, after: 1, in: bed)
        },
    ]

    private static let lines: [[UInt8]] = [Array("{\"a\":1}".utf8), [], Array("é".utf8)]

    private static func saveOften(_ loaded: LoadedJournal) async throws(JournalError) {
        for number: UInt8 in 0...9 { try await loaded.save([[number]], at: 1) }
    }

    /// Breaks the rule unless a new journal finds a snapshot of `position` and the records behind.
    static func requireContents(
        _ lines: [[UInt8]],
        _ payloads: [[UInt8]],
        after position: UInt64,
        in bed: any JournalBed
    ) async throws {
        let loaded = try await bed.contents()
        let report = JournalReport(
            snapshotPosition: position,
            lastPosition: position + UInt64(payloads.count),
            tornByteCount: 0
        )
        let records = LoadedJournal.records(payloads, after: position)
        try require(loaded.report, equals: report, "the report")
        try require(loaded.lines, equals: lines, "lines")
        try require(loaded.records, equals: records, "records")
    }
}
