import Glibc
import Ledger
import LedgerFile

/// A history of one journal over a disk that fails, all of it made of a seed.
///
/// Several lives: each loads, appends and saves until a fault ends it, or not. What was acknowledged
/// is there in every later life; what was not is there whole or not at all.
struct Simulation {
    /// The journal did what it must not.
    struct Broken: Error, CustomStringConvertible {
        let description: String
    }

    private let disk: SimulatedDisk
    private var random: SeededRandom
    private let configuration: FileJournal.Configuration
    /// The payloads that must be there, from position 1 on.
    private var acknowledged: [[UInt8]] = []
    /// The batch that a fault interrupted.
    private var uncertain: [[UInt8]] = []
    private var payloadCount = 0

    init(seed: UInt64, lie: SimulatedDisk.Lie? = nil) {
        disk = SimulatedDisk(seed: seed, lie: lie)
        random = SeededRandom(seed: ~seed)
        configuration = FileJournal.Configuration(
            segmentByteCount: 4 << 10,
            snapshotCount: Int.random(in: 1...3, using: &random)
        )
    }

    /// Lives it; throws `Broken`.
    mutating func run() async throws(Broken) {
        for _ in 0..<Int.random(in: 2...5, using: &random) {
            disk.restart(losingPower: random.oneIn(2), fault())
            try await live()
        }
        // The last life has a disk that is well.
        disk.restart(losingPower: true, nil)
        try await live()
        guard uncertain.isEmpty else {
            throw Broken(description: "an append failed on a good disk")
        }
        disk.restart(losingPower: true, nil)
        _ = try load()
    }

    private mutating func fault() -> SimulatedDisk.Fault? {
        let call = Int.random(in: 1...(random.oneIn(2) ? 12 : 80), using: &random)
        switch Int.random(in: 0..<6, using: &random) {
        case 0: return nil
        case 1: return .error(call: call, errno: EIO)
        case 2: return .error(call: call, errno: ENOSPC)
        default: return .crash(call: call)
        }
    }

    private mutating func live() async throws(Broken) {
        guard let journal = try load() else { return }
        for _ in 0..<Int.random(in: 0...12, using: &random) {
            if random.oneIn(4), !acknowledged.isEmpty {
                await save(journal)
            } else {
                try await append(to: journal)
            }
        }
        if random.oneIn(2) { await journal.close() }
    }

    /// A journal that found what it must; nil when the fault came first.
    private mutating func load() throws(Broken) -> FileJournal? {
        let journal = FileJournal(disk: disk, configuration: configuration)
        var found: [[UInt8]] = []
        let report: JournalReport
        do {
            report = try journal.load(
                line: { (line) throws(JournalError) in found.append(line) },
                record: { (record) throws(JournalError) in found.append(record.payload) }
            )
        } catch {
            if disk.hasFailed { return nil }
            throw Broken(description: "a load refused: \(error.code) \(error.detail)")
        }
        guard found == acknowledged || found == acknowledged + uncertain else {
            let length = zip(found, acknowledged + uncertain).prefix { $0 == $1 }.count
            throw Broken(
                description: "a load found \(found.count) payloads, of which the first \(length) "
                    + "are right; \(acknowledged.count) were acknowledged, "
                    + "\(uncertain.count) more were written"
            )
        }
        guard report.lastPosition == UInt64(found.count) else {
            throw Broken(description: "a load told position \(report.lastPosition)")
        }
        (acknowledged, uncertain) = (found, [])
        return journal
    }

    private mutating func append(to journal: FileJournal) async throws(Broken) {
        let batch = (0..<Int.random(in: 1...4, using: &random)).map { _ in payload() }
        let records = batch.enumerated()
            .map { index, payload in
                let position = UInt64(acknowledged.count + index + 1)
                return JournalRecord(position: position, payload: payload)
            }
        do {
            try await journal.append(records)
        } catch {
            guard disk.hasFailed else {
                throw Broken(description: "an append failed: \(error.detail)")
            }
            if uncertain.isEmpty { uncertain = batch }
            return
        }
        guard uncertain.isEmpty else {
            throw Broken(description: "an append was acknowledged after one had failed")
        }
        acknowledged += batch
    }

    /// Saves any position that is durable; a fault leaves the log as it was.
    private mutating func save(_ journal: FileJournal) async {
        let count = Int.random(in: 1...acknowledged.count, using: &random)
        do {
            let lines = Array(acknowledged.prefix(count))
            try await journal.save(LineList(position: UInt64(count), lines: lines))
        } catch {
            // The next load tells whether it did harm.
        }
    }

    /// A payload that no other is like, some so large that a batch needs a segment of its own.
    private mutating func payload() -> [UInt8] {
        payloadCount += 1
        let size = random.oneIn(8) ? 3000 : 60
        let filling = Int.random(in: 0...size, using: &random)
        return Array("\(payloadCount) ".utf8) + [UInt8](repeating: 0x78, count: filling)
    }
}

/// A snapshot of bytes.
private struct LineList: SnapshotSource {
    let position: UInt64
    let lines: [[UInt8]]

    func forEachLine(_ write: ([UInt8]) throws(JournalError) -> Void) throws(JournalError) {
        for line in lines { try write(line) }
    }
}
