import Ledger
import Waiting

extension JournalRule {
    /// Taking the head, following, and taking turns.
    static let heads = [
        JournalRule("who takes the head learns the end, and appends before those who wait") { bed in
            let (first, second) = (try bed.openShared(), try bed.openShared())
            try await first.append([1], after: 0)
            let head = try await second.journal.takeHead()
            try require(head, equals: 1, "the head")
            async let other = conflicts { () async throws(JournalError) in
                try await first.append([9], after: 1)
            }
            // Time for it to come to the head; the rule holds also when it does not.
            try await Task.sleep(for: .milliseconds(100))
            try await second.append([2], after: 1)
            try require(try await other, equals: true, "the one that waited conflicts")
            try await first.append([3], after: 2)
            await first.journal.close()
            await second.journal.close()
            try await requireRecords(LoadedJournal.records([[1], [2], [3]], after: 0), in: bed)
        },
        JournalRule("a head that is released, or never taken, or taken twice, is free") { bed in
            let (first, second) = (try bed.openShared(), try bed.openShared())
            await first.journal.releaseHead()
            for _ in 0..<2 { try require(try await first.journal.takeHead(), equals: 0, "head") }
            await first.journal.releaseHead()
            try await second.append([1], after: 0)
            await first.journal.releaseHead()
            try require(try await first.journal.takeHead(), equals: 1, "the head")
            try await first.append([2], after: 1)
            try await second.append([3], after: 2)
            await first.journal.close()
            await second.journal.close()
            try await requireRecords(LoadedJournal.records([[1], [2], [3]], after: 0), in: bed)
        },
        JournalRule("a conflict with the head in hand lets go of it") { bed in
            let (first, second) = (try bed.openShared(), try bed.openShared())
            _ = try await first.journal.takeHead()
            try await requireFailure(.conflict, "a gap") { () async throws(JournalError) in
                try await first.append([9], after: 5)
            }
            try await second.append([1], after: 0)
            await first.journal.close()
            await second.journal.close()
            try await requireRecords(LoadedJournal.records([[1]], after: 0), in: bed)
        },
        JournalRule("a journal that is closed or dropped lets go of the head") { bed in
            let second = try bed.openShared()
            let first = try bed.openShared()
            _ = try await first.journal.takeHead()
            await first.journal.close()
            try await second.append([1], after: 0)
            do {
                _ = try await bed.openShared().journal.takeHead()
            }
            try await second.append([2], after: 1)
            await second.journal.close()
            try await requireRecords(LoadedJournal.records([[1], [2]], after: 0), in: bed)
        },
        JournalRule("of writers that append in a loop, each gets its turn") { bed in
            let journals = try (0..<3).map { _ in try bed.openShared().journal }
            try await withThrowingTaskGroup { group in
                for (number, journal) in journals.enumerated() {
                    group.addTask { try await appendInTurn(UInt8(number), to: journal) }
                }
                try await group.waitForAll()
            }
            for journal in journals { await journal.close() }
            let writers = try await bed.contents().records.map { record in record.payload[0] }
            for number: UInt8 in 0..<3 {
                let count = writers.filter { $0 == number }.count
                try require(count, equals: turnCount, "the appends of writer \(number)")
            }
        },
        JournalRule("who waits for records is woken by another's, and by the end") { bed in
            let (first, second) = (try bed.openShared(), try bed.openShared())
            for position: UInt64 in 0..<5 {
                try await first.append([UInt8(position)], after: position)
                let deadline = Deadline("the record behind \(position)")
                while try await second.journal.records(after: position).isEmpty {
                    try deadline.check()
                    await second.journal.waitForRecords(after: position)
                }
            }
            // There is something behind 0, so this is no wait at all.
            await second.journal.waitForRecords(after: 0)
            async let waited: Void = second.journal.waitForRecords(after: 5)
            await second.journal.close()
            await waited
            await second.journal.waitForRecords(after: 5)
            await first.journal.close()
        },
        JournalRule("the standing says where the log ends, and that there is a way to it") { bed in
            let (first, second) = (try bed.openShared(), try bed.openShared())
            try await first.append([1], [2], after: 0)
            let deadline = Deadline("the standing")
            while second.journal.standing.headPosition < 2 || !second.journal.standing.isConnected {
                try deadline.check()
                await second.journal.waitForRecords(after: 2)
            }
            try require(second.journal.standing.failure, equals: nil, "the failure")
            await second.journal.close()
            try require(second.journal.standing.isConnected, equals: false, "behind the close")
            await first.journal.close()
        },
        JournalRule("what is shared throws at every call behind the close") { bed in
            let first = try bed.openShared()
            await first.journal.close()
            try await requireFailure(.unavailable, "records") { () async throws(JournalError) in
                _ = try await first.journal.records(after: 0)
            }
            try await requireFailure(.unavailable, "takeHead") { () async throws(JournalError) in
                _ = try await first.journal.takeHead()
            }
            await first.journal.releaseHead()
        },
    ]

    private static let turnCount = 30

    /// Appends `turnCount` records of one byte, catching up behind each conflict with the head in hand.
    private static func appendInTurn(_ byte: UInt8, to journal: any SharedJournal) async throws {
        var (position, doneCount, isHeld): (UInt64, Int, Bool) = (0, 0, false)
        while doneCount < turnCount {
            do {
                try await journal.append(LoadedJournal.records([[byte]], after: position))
                position += 1
                doneCount += 1
                isHeld = false
            } catch {
                try require(error.code, equals: .conflict, "an append (\(error.detail))")
                try require(isHeld, equals: false, "a conflict with the head in hand")
                _ = try await journal.takeHead()
                isHeld = true
                while let last = try await journal.records(after: position).last {
                    position = last.position
                }
            }
        }
    }

    private static func conflicts(
        _ work: () async throws(JournalError) -> Void
    ) async throws -> Bool {
        do {
            try await work()
            return false
        } catch {
            if error.code == .conflict { return true }
            throw error
        }
    }
}
