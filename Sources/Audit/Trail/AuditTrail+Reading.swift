public import Model
import Synchronization

/// Reading: lists, single records, and the check of the whole chain.
extension AuditTrail {
    /// The largest page.
    public static let pageCountMax = 500
    /// The most records that are read from the store for one page.
    static let readCountMax = 10_000
    /// The most records looked at in memory for one page.
    private static let stepCountMax = 1_000_000
    /// The most records read at once.
    private static let chunkCountMax = 256

    /// The tenant's records that the filter lets pass, the newest first.
    ///
    /// - Parameters:
    ///   - tenant: Whose records; nil for those of the platform.
    ///   - filter: Which of them.
    ///   - limit: The most records of the page; held within 1 and `pageCountMax`.
    ///   - before: The cursor of the page before; nil for the newest records.
    /// - Returns: A page, which may hold fewer than `limit` though there are more.
    /// - Throws: `AuditError` when the store cannot be read.
    public func list(
        tenant: TenantID?,
        filter: AuditFilter = AuditFilter(),
        limit: Int = 50,
        before: UInt64? = nil
    ) async throws(AuditError) -> AuditPage {
        try await waitForIndex()
        let limit = min(max(1, limit), Self.pageCountMax)
        var items: [AuditRecord] = []
        var cursor = before ?? .max
        var (readCount, stepCount) = (0, 0)
        while readCount < Self.readCountMax, stepCount < Self.stepCountMax {
            // A filter that lets few pass is worth larger reads, once that is known.
            let countMax = min(readCount == 0 ? limit : Self.chunkCountMax, Self.chunkCountMax)
            let chunk = index.withLock { index in
                index.chunk(
                    before: cursor,
                    tenant: tenant,
                    filter: filter,
                    countMax: countMax,
                    stepCountMax: Self.chunkStepCountMax
                )
            }
            items += try await store.records(
                at: chunk.places,
                countMax: limit - items.count,
                keep: filter.admits
            )
            if items.count == limit {
                return page(items, before: items[limit - 1].sequence, tenant)
            }
            if chunk.isLast { return AuditPage(items: items, nextCursor: nil) }
            cursor = chunk.cursor
            readCount += chunk.places.count
            stepCount += chunk.stepCount
        }
        return page(items, before: cursor, tenant)
    }

    /// How long a list waits for the index after a start.
    private static let indexWaitMax = Duration.seconds(10)

    /// Waits until what was there at the start can be listed.
    private func waitForIndex() async throws(AuditError) {
        let deadline = ContinuousClock.now + Self.indexWaitMax
        while true {
            switch state.withLock({ $0.indexing }) {
            case .done: return
            case .failed(let error): throw error
            case .running: break
            }
            guard ContinuousClock.now < deadline else {
                let detail = "the trail is still being read since the start: try again later"
                throw AuditError(.overloaded, detail)
            }
            do {
                try await Task.sleep(for: .milliseconds(10))
            } catch {
                throw AuditError(.closed, "the request was given up")
            }
        }
    }

    /// What the index is asked to look at while its lock is held.
    private static let chunkStepCountMax = 20_000

    private func page(
        _ items: [AuditRecord],
        before cursor: UInt64,
        _ tenant: TenantID?
    ) -> AuditPage {
        let hasMore = index.withLock { $0.hasRecord(before: cursor, tenant: tenant) }
        return AuditPage(items: items, nextCursor: hasMore ? cursor : nil)
    }

    /// The tenant's record with this id; nil when there is none that is still listed.
    public func get(tenant: TenantID?, id: String) async throws(AuditError) -> AuditRecord? {
        try await waitForIndex()
        let places = index.withLock { $0.places(of: id, tenant: tenant) }
        let found = try await store.records(at: places, countMax: 1) { $0.id == id }
        return found.first
    }

    /// Removes old records, in whole segments.
    ///
    /// A segment goes when all of its records were appended before the instant; the one that is
    /// written to stays. The chain then begins with the first record that is left, whose `previousHash` nobody can
    /// check any more but by an anchor.
    public func removeRecords(appendedBefore instant: Timestamp) async throws(AuditError) {
        guard let first = try await store.firstKept(appendedSince: instant.milliseconds) else {
            return
        }
        // Before the files go, so that no list looks for what is not there.
        index.withLock { $0.forget(before: first) }
        try await store.remove(before: first)
    }

    /// Walks all records, from the oldest to the newest one at the time of the call.
    public func verify() async throws(AuditError) -> AuditVerification {
        let head = head
        let walk = Mutex(ChainWalk(through: head, stopsThere: true))
        if head.sequence > 0 {
            try await store.walk { line in walk.withLock { $0.visit(line) } }
        }
        return walk.withLock { $0.finished() }
    }
}
