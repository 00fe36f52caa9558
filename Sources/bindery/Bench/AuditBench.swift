import Audit
import JSON
import Model

/// A long audit trail, and how long its pages take.
struct AuditBench: Sendable {
    /// The records that one caller appends together.
    private static let groupCount = 256
    /// The callers at a time, which share syncs.
    private static let callerCount = 12

    let folder: String
    let recordCount: Int
    let queries: [AuditBenchQuery]

    /// Fills the trail when it is empty, opens it as a start does, and times every query.
    func report() async throws(AuditError) -> JSONValue {
        let fillSeconds = try await fill()
        let clock = ContinuousClock()
        let begin = clock.now
        let trail = try await AuditTrail.open(AuditTrail.Configuration(folder: folder))
        let opened = clock.now - begin
        while try await isWaiting(trail, AuditBenchRecord.large) {}
        let listed = clock.now - begin
        // Everything has its index once a page was sought through all segments.
        while try await isWaiting(trail, TenantID("nobody")) {}
        let indexed = clock.now - begin
        var pages: [JSONValue] = []
        for query in queries { pages.append(try await page(trail, query)) }
        await trail.close()
        return [
            "records": .integer(Int64(clamping: trail.head.sequence)), "fillSeconds": fillSeconds,
            "openMicroseconds": Self.microseconds(opened),
            "firstPageMicroseconds": Self.microseconds(listed),
            "indexedMicroseconds": Self.microseconds(indexed), "pages": .array(pages),
        ]
    }

    /// Whether a part of the trail that the tenant's first page needs has no index yet.
    private func isWaiting(
        _ trail: AuditTrail,
        _ tenant: TenantID?
    ) async throws(AuditError) -> Bool {
        do throws(AuditError) {
            _ = try await trail.list(tenant: tenant, limit: 50)
            return false
        } catch {
            guard error.code == .starting else { throw error }
            return true
        }
    }

    /// How long a page took, and which records it has, so that others' answers can be compared.
    private func page(
        _ trail: AuditTrail,
        _ query: AuditBenchQuery
    ) async throws(AuditError) -> JSONValue {
        let clock = ContinuousClock()
        let begin = clock.now
        let page = try await trail.list(
            tenant: query.tenant,
            filter: query.filter,
            limit: query.limit,
            before: query.before
        )
        let elapsed = clock.now - begin
        return [
            "microseconds": Self.microseconds(elapsed),
            "sequences": .array(page.items.map { .integer(Int64(clamping: $0.sequence)) }),
            "isLast": .bool(page.nextCursor == nil),
        ]
    }

    private func fill() async throws(AuditError) -> JSONValue {
        let clock = ContinuousClock()
        let begin = clock.now
        let trail = try await AuditTrail.open(AuditTrail.Configuration(folder: folder))
        guard trail.head.sequence == 0 else {
            await trail.close()
            return .null
        }
        let countMax = Self.groupCount * Self.callerCount
        for start in stride(from: 0, to: recordCount, by: countMax) {
            try await fill(trail, start..<min(start + countMax, recordCount))
        }
        await trail.close()
        return .integer((clock.now - begin).components.seconds)
    }

    /// Appends records as many callers do at a time.
    private func fill(
        _ trail: AuditTrail,
        _ numbers: Range<Int>
    ) async throws(AuditError) {
        let failure = await withTaskGroup(of: AuditError?.self) { group in
            for start in stride(
                from: numbers.lowerBound,
                to: numbers.upperBound,
                by: Self.groupCount
            ) {
                group.addTask {
                    let end = min(start + Self.groupCount, numbers.upperBound)
                    return await fill(trail, group: start..<end)
                }
            }
            var failure: AuditError?
            for await result in group { failure = failure ?? result }
            return failure
        }
        if let failure { throw failure }
    }

    private func fill(_ trail: AuditTrail, group numbers: Range<Int>) async -> AuditError? {
        do throws(AuditError) {
            try await trail.append(
                contentsOf: numbers.map { AuditBenchRecord.draft($0, of: recordCount) }
            )
            return nil
        } catch {
            return error
        }
    }

    private static func microseconds(_ duration: Duration) -> JSONValue {
        .integer(Int64(duration / .microseconds(1)))
    }
}
