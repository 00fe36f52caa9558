import Audit
import JSON
import Model

/// A long audit trail, and how long its pages take.
struct AuditBench: Sendable {
    /// The records that are appended together.
    private static let groupCount = 1024
    /// How often each page is read.
    private static let roundCount = 21
    /// The time of the first record, in milliseconds since 1970; the others follow a second apart.
    private static let era: Int64 = 1_700_000_000_000
    /// The records of the tenant that has few.
    private static let rareCount = 100

    let folder: String
    let recordCount: Int

    private var large: TenantID? { TenantID("large") }
    private var small: TenantID? { TenantID("small") }

    /// Fills the trail when it is empty, and times it.
    func report() async throws(AuditError) -> JSONValue {
        let fillSeconds = try await fill()
        let clock = ContinuousClock()
        let begin = clock.now
        let trail = try await AuditTrail.open(AuditTrail.Configuration(folder: folder))
        let opened = clock.now - begin
        _ = try await trail.list(tenant: large, limit: 50)
        let listed = clock.now - begin
        // Everything has its index once a page was sought through all segments.
        while try await isMissing(trail) {}
        let indexed = clock.now - begin
        var pages: JSONObject = [:]
        for (name, tenant, filter) in queries {
            pages[name] = try await time(trail, tenant, filter)
        }
        await trail.close()
        return [
            "records": .integer(Int64(recordCount)), "fillSeconds": fillSeconds,
            "openMicroseconds": Self.microseconds(opened),
            "firstPageMicroseconds": Self.microseconds(listed),
            "indexedMicroseconds": Self.microseconds(indexed), "pages": .object(pages),
        ]
    }

    /// Whether a part of the trail has no index yet.
    private func isMissing(_ trail: AuditTrail) async throws(AuditError) -> Bool {
        do throws(AuditError) {
            _ = try await trail.list(tenant: TenantID("nobody"), limit: 1)
            return false
        } catch {
            guard error.code == .starting else { throw error }
            return true
        }
    }

    private var queries: [(String, TenantID?, AuditFilter)] {
        func filter(_ change: (inout AuditFilter) -> Void) -> AuditFilter {
            var filter = AuditFilter()
            change(&filter)
            return filter
        }
        let middle = Timestamp(milliseconds: Self.era + Int64(recordCount / 2) * 1000)
        return [
            ("newest", large, AuditFilter()), ("smallTenant", small, AuditFilter()),
            ("unknownTenant", TenantID("nobody"), AuditFilter()),
            ("rareConnection", large, filter { $0.connection = "conn_rare" }),
            ("unknownConnection", large, filter { $0.connection = "conn_none" }),
            ("rareWorkflow", large, filter { $0.workflow = "workflow_rare" }),
            ("denied", large, filter { $0.outcome = .denied }),
            ("untilMiddle", large, filter { $0.until = middle }),
            (
                "rareUntilMiddle", large,
                filter { filter in
                    filter.until = middle
                    filter.connection = "conn_rare"
                }
            ),
            (
                "never", large,
                filter { filter in
                    filter.operation = "payments.test.a"
                    filter.workflow = "b"
                }
            ),
        ]
    }

    private func time(
        _ trail: AuditTrail,
        _ tenant: TenantID?,
        _ filter: AuditFilter
    ) async throws(AuditError) -> JSONValue {
        let clock = ContinuousClock()
        var times: [Duration] = []
        var count = 0
        for _ in 0..<Self.roundCount {
            let begin = clock.now
            count = try await trail.list(tenant: tenant, filter: filter, limit: 50).items.count
            times.append(clock.now - begin)
        }
        times.sort()
        return [
            "median": Self.microseconds(times[times.count / 2]),
            "max": Self.microseconds(times[times.count - 1]), "items": .integer(Int64(count)),
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
        for start in stride(from: 0, to: recordCount, by: Self.groupCount) {
            let end = min(start + Self.groupCount, recordCount)
            try await trail.append(contentsOf: (start..<end).map(draft))
        }
        await trail.close()
        return .integer((clock.now - begin).components.seconds)
    }

    /// A call as a server records it, without its bodies.
    private func draft(_ number: Int) -> AuditDraft {
        let isRare = number % max(1, recordCount / Self.rareCount) == 7
        var draft = AuditDraft(
            .call,
            "capability.execute",
            outcome: number % 1000 == 3 ? .denied : .success,
            by: AuditActor(type: "key", id: "key_\(number % 40)", via: "http", ip: "192.0.2.7"),
            at: Timestamp(milliseconds: Self.era + Int64(number) * 1000)
        )
        draft.tenant = isRare ? small : large
        draft.environment = EnvironmentName("production")
        draft.blueprint = BlueprintName("invoice-app")
        let isSelected = number % 10_000 == 42
        draft.workflow = WorkflowName(isSelected ? "workflow_rare" : "workflow_\(number % 30)")
        draft.connection = ConnectionID(isSelected ? "conn_rare" : "conn_\(number % 200)")
        draft.operation = OperationID(number % 2 == 0 ? "payments.test.a" : "payments.test.b")
        draft.capability = CapabilityKey("payments.charge")
        draft.requestID = "0197a000-0000-7000-8000-\(100_000_000_000 + number)"
        draft.attempts = 1
        draft.latency = .milliseconds(number % 200)
        return draft
    }

    private static func microseconds(_ duration: Duration) -> JSONValue {
        .integer(Int64(duration / .microseconds(1)))
    }
}
