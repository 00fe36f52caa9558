import Ledger

extension JournalRule {
    static let lifecycle = [
        JournalRule("a journal that is dropped without a close, as by a crash, is free") { bed in
            for position: UInt64 in 0..<3 {
                try await bed.open().append([UInt8(position)], after: position)
            }
            try await requireRecords(LoadedJournal.records([[0], [1], [2]], after: 0), in: bed)
        },
        JournalRule("a closed journal throws at every call, and closes again in peace") { bed in
            let loaded = try bed.open()
            try await loaded.append([1], after: 0)
            await loaded.journal.close()
            try await requireClosed(loaded.journal)
            await loaded.journal.close()
            try await requireClosed(loaded.journal)
            try await requireRecords(LoadedJournal.records([[1]], after: 0), in: bed)
        },
        JournalRule("a journal may be closed before it was loaded") { bed in
            let journal = bed.makeJournal()
            await journal.close()
            try await requireClosed(journal)
            _ = try await bed.contents()
        },
        JournalRule("what a visitor throws ends the load, and lets go of the storage") { bed in
            let loaded = try bed.open()
            try await loaded.append([1], [2], [3], after: 0)
            try await loaded.save([[1], [2]], at: 1)
            await loaded.journal.close()
            let failure = JournalError(.damaged, "cannot be used")
            for (lineLimit, recordLimit) in [(0, 9), (1, 9), (9, 0), (9, 1)] {
                let journal = bed.makeJournal()
                let thrown = try await requireFailure(.damaged, "the load") {
                    () async throws(JournalError) in
                    try load(journal, failure, lineLimit: lineLimit, recordLimit: recordLimit)
                }
                try require(thrown, equals: failure, "the error")
                try await requireClosed(journal)
            }
            try await requireContents([[1], [2]], [[2], [3]], after: 1, in: bed)
        },
        JournalRule("a close waits for what was asked for before") { bed in
            let loaded = try bed.open()
            let records = LoadedJournal.records((0..<50).map { [$0] }, after: 0)
            async let appended: Void = loaded.journal.append(records)
            try await appended
            async let saved: Void = loaded.save([[1]], at: 50)
            await loaded.journal.close()
            do {
                try await saved
                try await requireContents([[1]], [], after: 50, in: bed)
            } catch let error as JournalError {
                // The close came first: then nothing of it is there.
                try require(error.code, equals: .unavailable, "a save after a close")
                try await requireRecords(records, in: bed)
            }
        },
    ]

    /// Breaks the rule unless every call throws `.unavailable`.
    private static func requireClosed(_ journal: any Journal) async throws {
        try await requireFailure(.unavailable, "load") { () async throws(JournalError) in
            _ = try LoadedJournal(journal)
        }
        for records in [[], [JournalRecord(position: 1, payload: [1])]] {
            try await requireFailure(.unavailable, "append") { () async throws(JournalError) in
                try await journal.append(records)
            }
        }
        try await requireFailure(.unavailable, "save") { () async throws(JournalError) in
            try await journal.save(LineSource(position: 0, lines: []))
        }
        try await requireFailure(.unavailable, "withHistory") { () async throws(JournalError) in
            _ = try await journal.withHistory { history in history.lastPosition }
        }
    }

    /// Loads with visitors that throw `failure` after so many lines or records.
    private static func load(
        _ journal: any Journal,
        _ failure: JournalError,
        lineLimit: Int,
        recordLimit: Int
    ) throws(JournalError) {
        var (lineCount, recordCount) = (0, 0)
        _ = try journal.load(
            line: { (_) throws(JournalError) in
                if lineCount == lineLimit { throw failure }
                lineCount += 1
            },
            record: { (_) throws(JournalError) in
                if recordCount == recordLimit { throw failure }
                recordCount += 1
            }
        )
    }
}
