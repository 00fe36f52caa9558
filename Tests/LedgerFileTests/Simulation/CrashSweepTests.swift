import Ledger
import LedgerFile
import Testing

/// One crash within each call that an operation makes, a second one within the recovery from it.
@Suite struct CrashSweepTests {
    /// What is interrupted.
    enum Operation: Sendable, CaseIterable {
        /// An append that makes the next segment.
        case rollingAppend
        /// A snapshot, with the removal of what it makes needless.
        case save
    }

    /// More calls than any of the operations makes.
    private static let callCountMax = 60
    private static let seeds: Range<UInt64> = 0..<24

    @Test(arguments: Operation.allCases)
    func `an operation is done or not, wherever it was interrupted`(
        _ operation: Operation
    ) async throws {
        var interruptedCount = 0
        for call in 1...Self.callCountMax {
            var isInterrupted = false
            for seed in Self.seeds {
                let life = try await Life(seed: seed, operation, crashAt: call)
                try await life.checkRecovery()
                isInterrupted = isInterrupted || life.isInterrupted
            }
            guard isInterrupted else { break }
            interruptedCount = call
        }
        // The sweep went over all of the operation, and the operation has many steps.
        #expect((5..<Self.callCountMax).contains(interruptedCount), "\(interruptedCount) calls")
    }

    /// A journal with a log and a snapshot, and an operation that a crash may have interrupted.
    private struct Life {
        private let disk: SimulatedDisk
        private let seed: UInt64
        private var before: [[UInt8]] = []
        private var after: [[UInt8]] = []
        let isInterrupted: Bool

        init(seed: UInt64, _ operation: Operation, crashAt call: Int) async throws {
            disk = SimulatedDisk(seed: seed)
            self.seed = seed
            let journal = Self.journal(disk)
            _ = try Loaded(journal)
            // Two fill a segment; a third makes the next one, so that a snapshot removes the first.
            let count = operation == .save ? 3 : 2
            for index in 0..<count { before += try await Self.append(to: journal, index) }
            try await journal.save(Lines(lines: Array(before.prefix(1))))
            disk.restart(losingPower: false, .crash(call: call))
            after = before
            do {
                switch operation {
                case .rollingAppend:
                    after.append(Self.payload(before.count))
                    _ = try await Self.append(to: journal, before.count)
                case .save: try await journal.save(Lines(lines: before))
                }
            } catch {
                #expect(error.code != .damaged)
            }
            isInterrupted = disk.hasFailed
            if !isInterrupted { before = after }
        }

        /// What is loaded at last was there before the operation or after it, and stays.
        func checkRecovery() async throws {
            let losesPower = seed % 2 == 0
            disk.restart(losingPower: losesPower, .crash(call: 1 + Int(seed) * 2))
            do {
                _ = try Loaded(Self.journal(disk))
            } catch {
                #expect(disk.hasFailed, "\(error)")
            }
            disk.restart(losingPower: true, nil)
            let found = try content()
            #expect(found == before || found == after, "seed \(seed)")
            disk.restart(losingPower: true, nil)
            #expect(try content() == found, "seed \(seed)")
        }

        private func content() throws -> [[UInt8]] {
            var found: [[UInt8]] = []
            _ = try Self.journal(disk)
                .load(
                    line: { (line) throws(JournalError) in found.append(line) },
                    record: { (record) throws(JournalError) in found.append(record.payload) }
                )
            return found
        }

        private static func journal(_ disk: SimulatedDisk) -> FileJournal {
            let sizes = FileJournal.Configuration(segmentByteCount: 4 << 10, snapshotCount: 1)
            return FileJournal(disk: disk, configuration: sizes)
        }

        /// So large that two of them fill a segment.
        private static func payload(_ index: Int) -> [UInt8] {
            [UInt8](repeating: 0x61 + UInt8(index), count: 1500)
        }

        private static func append(
            to journal: FileJournal,
            _ index: Int
        ) async throws(JournalError) -> [[UInt8]] {
            let record = JournalRecord(position: UInt64(index + 1), payload: payload(index))
            try await journal.append([record])
            return [record.payload]
        }
    }

    private struct Lines: SnapshotSource {
        let lines: [[UInt8]]
        var position: UInt64 { UInt64(lines.count) }

        func forEachLine(
            _ write: ([UInt8]) throws(JournalError) -> Void
        ) throws(JournalError) {
            for line in lines { try write(line) }
        }
    }
}
