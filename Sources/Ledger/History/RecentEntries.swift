import Model
import Synchronization

/// An entry of the log, and where it stands in it.
public struct LoggedEntry: Sendable {
    /// Its place in the log.
    public let position: UInt64
    /// The entry.
    public let entry: LogEntry
    /// Its size in the log, in bytes.
    public let byteCount: Int
}

/// How many of the newest entries are kept in memory, and how often who waits for more is woken.
public struct RecentEntryBounds: Sendable, Hashable {
    /// The most entries; at least 1.
    public var countMax = 4096
    /// The most bytes that they have in the log; one entry is kept whatever its size.
    public var byteCountMax = 32 << 20
    /// After how long who waits is woken although nothing came, to look at the clock.
    public var tick = Duration.milliseconds(500)

    /// The defaults.
    public init() {}
}

/// The newest entries of the log in memory, and those who wait for the next one.
///
/// Nobody has a queue of its own: who follows the log keeps a position and asks for what is behind
/// it, so a follower costs nothing while it is slow, and one that falls out of what is kept here is
/// told so.
final class RecentEntries: Sendable {
    private struct Content {
        /// Without gaps; a little more than `countMax` before the oldest are removed.
        var entries: [LoggedEntry] = []
        var byteCount = 0
        /// The position and the revision before the first entry.
        var startPosition: UInt64
        var startRevision: UInt64
        var waiters: [CheckedContinuation<Void, Never>] = []
        var isTicking = false

        var endPosition: UInt64 { startPosition + UInt64(entries.count) }
    }

    private let bounds: RecentEntryBounds
    private let content: Mutex<Content>

    /// Nothing yet, behind what was loaded.
    init(position: UInt64, revision: UInt64, bounds: RecentEntryBounds) {
        self.bounds = bounds
        content = Mutex(Content(startPosition: position, startRevision: revision))
    }

    /// Adds what became durable.
    ///
    /// - Returns: Those who wait for it, to be resumed.
    func append(_ entries: [LoggedEntry]) -> [CheckedContinuation<Void, Never>] {
        guard !entries.isEmpty else { return [] }
        return content.withLock { content in
            content.entries += entries
            for entry in entries { content.byteCount += entry.byteCount }
            trim(&content)
            defer { content.waiters = [] }
            return content.waiters
        }
    }

    /// Forgets all: what comes next follows `position`, and who follows has missed what was before.
    ///
    /// - Returns: Those who wait, to be resumed.
    func restart(after position: UInt64, revision: UInt64) -> [CheckedContinuation<Void, Never>] {
        content.withLock { content in
            let waiters = content.waiters
            content = Content(startPosition: position, startRevision: revision)
            return waiters
        }
    }

    /// Removes the oldest, a quarter of the bound at once so that an append does not move them all.
    private func trim(_ content: inout Content) {
        let slack = bounds.countMax / 4
        var count = content.entries.count
        if count > bounds.countMax + slack { count = bounds.countMax }
        var byteCount = content.byteCount
        var removed = content.entries.count - count
        for entry in content.entries.prefix(removed) { byteCount -= entry.byteCount }
        while byteCount > bounds.byteCountMax, removed < content.entries.count - 1 {
            byteCount -= content.entries[removed].byteCount
            removed += 1
        }
        guard removed > 0 else { return }
        content.startPosition += UInt64(removed)
        content.startRevision = content.entries[removed - 1].entry.revision
        content.byteCount = byteCount
        content.entries.removeFirst(removed)
    }

    /// The entries behind `position`, at most `countMax`; nil when some of them are no longer here.
    func entries(after position: UInt64, countMax: Int) -> [LoggedEntry]? {
        content.withLock { content in
            guard position >= content.startPosition else { return nil }
            let first = min(Int(position - content.startPosition), content.entries.count)
            return Array(content.entries[first...].prefix(countMax))
        }
    }

    /// The position before the entries from `revision` on; nil when they began earlier than here.
    func position(before revision: UInt64) -> UInt64? {
        content.withLock { content in
            guard revision > content.startRevision else { return nil }
            var (low, high) = (0, content.entries.count)
            while low < high {
                let middle = (low + high) / 2
                if content.entries[middle].entry.revision < revision {
                    low = middle + 1
                } else {
                    high = middle
                }
            }
            return content.startPosition + UInt64(low)
        }
    }

    /// The revision before the first entry that was made later than `time`; nil when earlier entries
    /// than those here would have to be looked at.
    func revision(at time: Timestamp) -> UInt64? {
        content.withLock { content in
            guard let first = content.entries.first, first.entry.at <= time else { return nil }
            var last = first
            for entry in content.entries {
                if entry.entry.at > time { break }
                last = entry
            }
            return last.entry.revision
        }
    }

    /// Returns when there may be an entry behind `position`, and after a tick in any case.
    func wait(after position: UInt64) async {
        await withCheckedContinuation { continuation in
            let (isThere, startsTicking) = content.withLock { content in
                guard content.endPosition <= position else { return (true, false) }
                content.waiters.append(continuation)
                defer { content.isTicking = true }
                return (false, !content.isTicking)
            }
            if isThere { continuation.resume() }
            if startsTicking { Task { await tick() } }
        }
    }

    /// Wakes who waits, at each tick until nobody did for the length of one.
    private func tick() async {
        while true {
            do {
                try await Task.sleep(for: bounds.tick)
            } catch {
                // A cancelled sleep ends early; who waits is woken all the same.
            }
            let waiters = content.withLock { content in
                defer { content.waiters = [] }
                content.isTicking = !content.waiters.isEmpty
                return content.waiters
            }
            guard !waiters.isEmpty else { return }
            for waiter in waiters { waiter.resume() }
        }
    }
}
