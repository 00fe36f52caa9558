import Commands
public import Platform
import Synchronization

/// One line of JSON for each request, for whoever runs the server.
///
/// A request hands its entry over and goes on: the line is made and written by one queue of its own.
/// When that can't follow, because a disk is slow or a pipe is not read, entries are dropped and
/// counted; no request ever waits for the log.
public final class AccessLog: Sendable {
    /// Where lines go.
    public enum Target: Sendable, Hashable {
        /// The process's standard output.
        case standardOutput
        /// The end of a file, or a named pipe.
        case file(String)
    }

    /// The most entries that wait to be written, a few hundred bytes each; the next are dropped.
    public static let entryCountMax = 8192
    /// How long `close` waits for a reader that takes nothing.
    public static let flushDuration = Duration.seconds(5)
    /// How long lines are gathered before they are written.
    ///
    /// To wake the writer for each line cost as much again as the line: 25 µs of CPU a request.
    static let gatherDuration = Duration.milliseconds(10)
    /// How many lines are made for one write.
    static let batchCount = 64

    private struct Queue {
        var entries: [AccessLogEntry] = []
        /// The entries above, and those that are being written.
        var pendingCount = 0
        var isScheduled = false
        var wantsReopening = false
        /// Until when the rest is written; nil as long as there is no end.
        var deadline: MonotonicInstant?
    }

    private let sample: AccessLogSample
    private let queue = Mutex(Queue())
    private let writer: FileQueue<AccessLogWriter>
    private let writtenCount = Atomic<Int>(0)
    private let droppedCount = Atomic<Int>(0)

    /// Opens the log.
    ///
    /// - Parameters:
    ///   - target: Where lines go.
    ///   - fraction: Which part of the requests that went well is logged, 0 to 1.
    ///   - report: Is told, once each time it begins, why lines can't be written.
    /// - Throws: When the target can't be opened.
    public init(
        _ target: Target,
        fraction: Double,
        report: @escaping @Sendable (String) -> Void
    ) throws(SystemError) {
        sample = AccessLogSample(fraction: fraction)
        let writer = try AccessLogWriter(target, report: report)
        self.writer = FileQueue(label: "bindery.access-log", writer)
    }

    /// Opens the target again, after a file was moved away; lines before that are in the old one.
    public func reopen() {
        let isFirst = queue.withLock { queue in
            defer { (queue.wantsReopening, queue.isScheduled) = (true, true) }
            return !queue.isScheduled
        }
        if isFirst { schedule() }
    }

    /// Writes what waits and takes nothing more; gives up after `flushDuration` on a reader that
    /// takes nothing.
    public func close() async {
        queue.withLock { $0.deadline = MonotonicClock.now + Self.flushDuration }
        await writer.run { [self] writer in drain(&writer) }
    }

    /// The log's part of `/metrics`.
    public var metricsText: String {
        var text = MetricsText()
        text.family("bindery_access_log_lines_total", .counter, "Lines of the access log written.")
        text.sample("bindery_access_log_lines_total", writtenCount.load(ordering: .relaxed))
        let name = "bindery_access_log_dropped_total"
        text.family(name, .counter, "Lines of the access log that were lost.")
        text.sample(name, droppedCount.load(ordering: .relaxed))
        return text.text
    }

    /// Whether the answer is one that is logged.
    func takes(status: Int, traceID: String?, requestID: String) -> Bool {
        sample.takes(status: status, traceID: traceID, requestID: requestID)
    }

    /// Hands an entry over; never waits.
    func note(_ entry: AccessLogEntry) {
        let (isTaken, isFirst) = queue.withLock { queue in
            guard queue.pendingCount < Self.entryCountMax, queue.deadline == nil else {
                return (false, false)
            }
            queue.pendingCount += 1
            queue.entries.append(entry)
            defer { queue.isScheduled = true }
            return (true, !queue.isScheduled)
        }
        if isFirst { schedule() }
        if !isTaken { droppedCount.wrappingAdd(1, ordering: .relaxed) }
    }

    /// Has the lines written that come together within `gatherDuration`.
    private func schedule() {
        Task {
            do {
                try await Task.sleep(for: Self.gatherDuration)
            } catch {
                // Nobody cancels it; if somebody did, the lines would be due now.
            }
            await writer.run { [self] writer in drain(&writer) }
        }
    }

    /// Writes what waits; what comes in the meantime is scheduled anew.
    private func drain(_ writer: inout AccessLogWriter) {
        let (entries, reopens) = queue.withLock { queue in
            defer { (queue.entries, queue.wantsReopening, queue.isScheduled) = ([], false, false) }
            return (queue.entries, queue.wantsReopening)
        }
        if reopens { writer.reopen() }
        for start in stride(from: 0, to: entries.count, by: Self.batchCount) {
            let batch = entries[start..<min(start + Self.batchCount, entries.count)]
            guard write(batch, &writer) else { return giveUp(entries.count - batch.endIndex) }
        }
    }

    /// Writes some entries; answers false when the reader took too long to be waited for further.
    private func write(
        _ entries: ArraySlice<AccessLogEntry>,
        _ writer: inout AccessLogWriter
    )
        -> Bool
    {
        var lines: [UInt8] = []
        for entry in entries { entry.append(to: &lines) }
        var isOver = false
        let lostCount = writer.write(lines) { writer in
            isOver = look(&writer)
            return isOver
        }
        queue.withLock { $0.pendingCount -= entries.count }
        writtenCount.wrappingAdd(max(0, entries.count - lostCount), ordering: .relaxed)
        droppedCount.wrappingAdd(min(entries.count, lostCount), ordering: .relaxed)
        return !isOver
    }

    /// Looks, while the reader takes nothing, for what else is wanted; answers whether it is over.
    private func look(_ writer: inout AccessLogWriter) -> Bool {
        let (deadline, reopens) = queue.withLock { queue in
            defer { queue.wantsReopening = false }
            return (queue.deadline, queue.wantsReopening)
        }
        if reopens { writer.reopen() }
        return deadline.map { MonotonicClock.now >= $0 } ?? false
    }

    /// Drops what is left when the log is closed on a reader that takes nothing.
    private func giveUp(_ count: Int) {
        let rest = queue.withLock { queue in
            defer { queue.entries = [] }
            return queue.entries.count
        }
        droppedCount.wrappingAdd(count + rest, ordering: .relaxed)
    }
}
