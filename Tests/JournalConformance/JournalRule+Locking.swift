import Ledger

extension JournalRule {
    static let locking = [
        JournalRule("a loaded journal locks others out until it is closed") { bed in
            let loaded = try bed.open()
            try await loaded.append([1], after: 0)
            try await requireFailure(.locked, "a second load") { () async throws(JournalError) in
                _ = try bed.open()
            }
            // The failed attempt took nothing away.
            try await loaded.append([2], after: 1)
            try await requireFailure(.locked, "a third load") { () async throws(JournalError) in
                _ = try bed.open()
            }
            await loaded.journal.close()
            try await requireRecords(LoadedJournal.records([[1], [2]], after: 0), in: bed)
        }
    ]
}
