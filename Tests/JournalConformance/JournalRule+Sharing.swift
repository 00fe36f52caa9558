import Ledger

extension JournalRule {
    static let sharing =
        [
            JournalRule("a second journal loads beside the first, and finds what that appended") {
                bed in
                let first = try bed.openShared()
                try await first.append([1], [2], after: 0)
                let second = try bed.openShared()
                try require(
                    second.loaded.records,
                    equals: LoadedJournal.records([[1], [2]], after: 0),
                    "records"
                )
                await second.journal.close()
                try await first.append([3], after: 2)
                await first.journal.close()
                try await requireRecords(LoadedJournal.records([[1], [2], [3]], after: 0), in: bed)
            },
            JournalRule("who is second conflicts, changes nothing, catches up, and goes on") {
                bed in
                let (first, second) = (try bed.openShared(), try bed.openShared())
                try await first.append([1], [2], after: 0)
                try await requireFailure(.conflict, "an append behind 0") {
                    () async throws(JournalError) in
                    try await second.append([9], after: 0)
                }
                let missed = try await second.journal.records(after: 0)
                try require(missed, equals: LoadedJournal.records([[1], [2]], after: 0), "missed")
                try await second.append([3], after: 2)
                try await requireFailure(.conflict, "an append behind 2") {
                    () async throws(JournalError) in
                    try await first.append([9], [9], after: 2)
                }
                try await first.append([4], after: 3)
                await first.journal.close()
                await second.journal.close()
                let all = LoadedJournal.records([[1], [2], [3], [4]], after: 0)
                try await requireRecords(all, in: bed)
            },
            JournalRule("the records behind the end are none, also behind a batch that conflicted")
            {
                bed in
                let (first, second) = (try bed.openShared(), try bed.openShared())
                try require(
                    try await first.journal.records(after: 0),
                    equals: [],
                    "of an empty log"
                )
                try await first.append([1], after: 0)
                try await requireFailure(.conflict, "a second 1") { () async throws(JournalError) in
                    try await second.append([9], [9], after: 0)
                }
                try require(
                    try await second.journal.records(after: 1),
                    equals: [],
                    "behind the end"
                )
                await first.journal.close()
                await second.journal.close()
            },
            JournalRule("records are handed out in parts of bounded number and size") { bed in
                let (first, second) = (try bed.openShared(), try bed.openShared())
                let count = MemberBounds.countMax
                let small = [[UInt8]](repeating: [5], count: count + 1)
                try await first.journal.append(LoadedJournal.records(small, after: 0))
                let one = try await second.journal.records(after: 0)
                try require(one.count, equals: count, "the most records")
                let rest = try await second.journal.records(after: UInt64(count))
                try require(rest.map(\.position), equals: [UInt64(count) + 1], "the one above")
                let half = [UInt8](repeating: 7, count: MemberBounds.byteCountMax / 2)
                let huge = [UInt8](repeating: 7, count: MemberBounds.byteCountMax + 1)
                let end = UInt64(count) + 1
                for (index, payload) in [half, half, [1], huge, [2]].enumerated() {
                    try await first.append(payload, after: end + UInt64(index))
                }
                var counts: [Int] = []
                var position = end
                while true {
                    let part = try await second.journal.records(after: position)
                    guard let last = part.last else { break }
                    counts.append(part.count)
                    position = last.position
                }
                try require(counts, equals: [2, 1, 1, 1], "the parts by their bytes")
                await first.journal.close()
                await second.journal.close()
            },
            JournalRule("records that retention removed are told as such") { bed in
                let (first, second) = (try bed.openShared(), try bed.openShared())
                for position: UInt64 in 1...60 {
                    try await first.append([UInt8(position)], after: position - 1)
                    if position % 20 == 0 { try await first.loaded.save([[1]], at: position) }
                }
                let kept = try await first.journal.withHistory { history in history.firstPosition }
                if kept > 1 {
                    try await requireFailure(.notKept, "removed records") {
                        () async throws(JournalError) in
                        _ = try await second.journal.records(after: kept - 2)
                    }
                }
                let records = try await second.journal.records(after: kept - 1)
                try require(records.map(\.position), equals: Array(kept..<61), "the kept ones")
                await first.journal.close()
                await second.journal.close()
            },
        ] + heads
}

/// The bounds of `SharedJournal.records`, which are members of no concrete type here.
private enum MemberBounds {
    static let countMax = 4096
    static let byteCountMax = 16 << 20
}

/// A shared journal that was loaded.
struct LoadedSharedJournal: Sendable {
    let journal: any SharedJournal
    let loaded: LoadedJournal

    /// Appends a batch of payloads behind `position`.
    func append(_ payloads: [UInt8]..., after position: UInt64) async throws(JournalError) {
        try await journal.append(LoadedJournal.records(payloads, after: position))
    }
}

extension JournalBed {
    /// Loads a new journal of a bed whose journals are shared.
    func openShared() throws -> LoadedSharedJournal {
        let loaded = try open()
        guard let journal = loaded.journal as? any SharedJournal else {
            throw RuleBroken(description: "the bed's journals are no shared ones")
        }
        return LoadedSharedJournal(journal: journal, loaded: loaded)
    }
}
