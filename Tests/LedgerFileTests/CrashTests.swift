import Dispatch
import Glibc
import Ledger
import LedgerFile
import Platform
import Synchronization
import Testing

/// A process that is killed while it appends and saves keeps all that it acknowledged.
@Suite struct CrashTests {
    @Test func `kill -9 at any time loses nothing that was acknowledged`() async throws {
        let (folder, acknowledgements) = (try TemporaryFolder(), try TemporaryFolder())
        let file = acknowledgements.folder.path(of: "acknowledged")
        var seenPosition: UInt64 = 0
        for round in 0..<12 {
            await #expect(processExitsWith: .signal(SIGKILL)) {
                [
                    path = folder.path as String, file = file as String, round = round as Int
                ] in
                try await Victim(path: path, acknowledgementFile: file).run(round: round)
            }
            let acknowledged = try acknowledgedPosition(in: acknowledgements)
            let loaded = try await folder.load()
            let report = loaded.report
            // What was there once stays there: a load acknowledges too.
            #expect(report.lastPosition >= max(acknowledged, seenPosition))
            seenPosition = report.lastPosition
            #expect(loaded.lines == Victim.lines(at: report.snapshotPosition))
            let behind = report.snapshotPosition..<report.lastPosition
            #expect(loaded.payloads == behind.map { Victim.text(at: $0 + 1) })
        }
        // Nine rounds of five batches of a record or more.
        #expect(seenPosition >= 45)
    }

    /// The last position that a victim wrote down in a whole line; 0 without one.
    private func acknowledgedPosition(in folder: TemporaryFolder) throws -> UInt64 {
        guard try folder.names() == ["acknowledged"] else { return 0 }
        let text = String(decoding: try folder.bytes(of: "acknowledged"), as: UTF8.self)
        let whole = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        return whole.last.flatMap { UInt64($0) } ?? 0
    }
}

/// The process that dies: it appends batch after batch, and writes down what is acknowledged.
private struct Victim {
    let path: String
    let acknowledgementFile: String

    /// Never returns: it kills itself, each round at another time.
    func run(round: Int) async throws {
        let delay = DispatchTimeInterval.microseconds(round * round * 50)
        // Some die while they load, most while they append.
        if round % 4 == 1 { die(after: delay) }
        let sizes = FileJournal.Configuration(segmentByteCount: 16 << 10)
        let journal = FileJournal(folder: path, configuration: sizes)
        let file = try File(acknowledgementFile, for: .append, creating: .ifMissing)
        let start = try Loaded(journal).report.lastPosition
        let saver = Saver(journal: journal, position: start)
        Task { try await saver.run() }
        var position = start
        for batchCount in 1... {
            let next = position + position % 7 + 1
            try await journal.append(
                (position..<next).map { Self.text(at: $0 + 1) },
                after: position
            )
            position = next
            saver.position.store(position, ordering: .releasing)
            try file.append(Array("\(position)\n".utf8).span)
            if batchCount == 5, round % 4 != 1 { die(after: delay) }
        }
    }

    private func die(after delay: DispatchTimeInterval) {
        DispatchQueue.global().asyncAfter(deadline: .now() + delay) { kill(getpid(), SIGKILL) }
    }

    /// The payload at `position`, of a length that changes.
    static func text(at position: UInt64) -> String {
        "\(position) " + String(repeating: "x", count: Int(position * 31 % 301))
    }

    /// The snapshot of `position`; none of position 0.
    static func lines(at position: UInt64) -> [String] {
        position == 0 ? [] : (0..<50).map { "\($0) of \(position)" }
    }

    /// Saves snapshots all the time, beside the appends.
    private final class Saver: Sendable {
        let journal: FileJournal
        /// The position that is durable.
        let position: Atomic<UInt64>

        init(journal: FileJournal, position: UInt64) {
            self.journal = journal
            self.position = Atomic(position)
        }

        func run() async throws {
            while true {
                let position = position.load(ordering: .acquiring)
                if position == 0 { await Task.yield() }
                if position == 0 { continue }
                try await journal.save(Victim.lines(at: position), at: position)
            }
        }
    }
}
