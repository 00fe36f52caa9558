import Commands
import Execution
import JSON
import Platform

/// Keeps the counts of quotas in the data folder, so that a restart does not begin a day or a month
/// anew.
///
/// For a process that is alone; replicas count in their database. What was counted since the last
/// write is lost with a process that is killed: the calls of about a second.
struct QuotaKeeping: Sendable {
    /// How often counts are written, if they have changed.
    static let interval = Duration.seconds(1)
    /// The share of the time that writing may take: many counts are written less often.
    static let shareMax = 20
    /// The largest file that is read at a start, in bytes; some 130 for each count.
    static let byteCountMax = 256 << 20

    private static let name = "quotas.ndjson"
    private static let temporaryName = "quotas.tmp"

    private let file: FileQueue<Folder>
    private let services: Services
    private let log: ServerLog
    private let task: Task<Void, Never>

    /// Keeps in the data folder of the settings; nil where quotas are counted in a database, or
    /// nothing is kept.
    ///
    /// - Throws: One line for the operator: what was kept can't be read.
    init?(
        _ settings: Settings,
        _ services: Services,
        _ log: ServerLog
    ) async throws(CommandFailure) {
        guard case .file = settings.journal else { return nil }
        try await self.init(settings.dataFolder, services, log)
    }

    /// Takes over what was kept, and keeps until it is stopped.
    ///
    /// - Throws: One line for the operator: what was kept can't be read.
    init(
        _ folder: String,
        _ services: Services,
        _ log: ServerLog
    ) async throws(CommandFailure) {
        let file = FileQueue(label: "bindery.quotas", Folder(folder))
        (self.file, self.services, self.log) = (file, services, log)
        do throws(SystemError) {
            let kept = try await file.run { folder throws(SystemError) in try Self.read(folder) }
            services.restoreQuotas(kept.counts)
            if kept.damagedCount > 0 {
                let lines = Int64(kept.damagedCount)
                log.write(.error, "quotas.damaged", ["lines": .integer(lines)])
            }
        } catch {
            throw .failed("the counts of quotas can't be read: \(error.message)")
        }
        task = Task {
            var wait = Self.interval
            while !Task.isCancelled {
                do {
                    try await Task.sleep(for: wait)
                } catch {
                    // Stopped.
                    return
                }
                wait = await Self.keep(services, file, log)
            }
        }
    }

    /// Writes what was counted last, and stops.
    func stop() async {
        task.cancel()
        await task.value
        _ = await Self.keep(services, file, log)
    }

    /// Writes the counts if they have changed; answers how long to wait for the next time.
    private static func keep(
        _ services: Services,
        _ file: FileQueue<Folder>,
        _ log: ServerLog
    ) async -> Duration {
        let start = MonotonicClock.precise
        guard let counts = services.changedQuotaCounts() else { return interval }
        do throws(SystemError) {
            try await file.run { folder throws(SystemError) in try write(counts, folder) }
        } catch {
            log.write(.error, "quotas.kept", ["detail": .string(error.message)])
        }
        return max(interval, (MonotonicClock.precise - start) * shareMax)
    }

    private static func write(_ counts: [QuotaCount], _ folder: Folder) throws(SystemError) {
        var bytes: [UInt8] = []
        for count in counts { bytes += count.json.serialized() + [0x0A] }
        let file = try File(folder.path(of: temporaryName), for: .readWrite, creating: .ifMissing)
        try file.truncate(to: 0)
        try file.write(bytes.span, at: 0)
        try file.sync()
        try folder.rename(temporaryName, to: name)
        try folder.sync()
    }

    private static func read(
        _ folder: Folder
    ) throws(SystemError) -> (counts: [QuotaCount], damagedCount: Int) {
        guard let bytes = try content(folder) else { return ([], 0) }
        var counts: [QuotaCount] = []
        var damagedCount = 0
        for line in bytes.split(separator: 0x0A) {
            if let count = count(Array(line)) {
                counts.append(count)
            } else {
                damagedCount += 1
            }
        }
        return (counts, damagedCount)
    }

    private static func count(_ line: [UInt8]) -> QuotaCount? {
        do {
            return QuotaCount(try JSONValue(parsing: line))
        } catch {
            return nil
        }
    }

    /// The file's bytes; nil without one.
    private static func content(_ folder: Folder) throws(SystemError) -> [UInt8]? {
        do throws(SystemError) {
            return try File.contents(of: folder.path(of: name), byteCountMax: byteCountMax)
        } catch {
            if error.isMissingFile { return nil }
            throw error
        }
    }
}
