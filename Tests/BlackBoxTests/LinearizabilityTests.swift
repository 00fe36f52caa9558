import JSON
import Platform
import Synchronization
import Testing

/// Reads and conditional writes of one object, by many clients at once, are as if they were done one
/// after the other (API section 2, "Concurrency").
@Suite struct LinearizabilityTests {
    private typealias Operation = RegisterHistory.Operation
    private typealias Entry = RegisterHistory.Entry

    private static func entry(_ operation: Operation, _ began: Int64, _ ended: Int64) -> Entry {
        Entry(operation: operation, began: began, ended: ended)
    }

    @Test func `the checker takes what a register can show, and nothing else`() {
        func verdict(_ entries: [Entry]) -> RegisterHistory.Verdict {
            RegisterHistory(start: 1, entries: entries).verdict()
        }
        let entry = Self.entry
        let good: [[Entry]] = [
            [], [entry(.read(tag: 1), 0, 1), entry(.write(expected: 1, made: 2), 2, 3)],
            // Two at one time: either may be first.
            [entry(.read(tag: 2), 0, 9), entry(.write(expected: 1, made: 2), 1, 8)],
            [entry(.read(tag: 1), 0, 9), entry(.write(expected: 1, made: 2), 1, 8)],
            [
                entry(.write(expected: 1, made: 2), 0, 5), entry(.refused(expected: 1), 0, 5),
                entry(.read(tag: 2), 6, 7),
            ],
            [entry(.unknown(expected: 1), 0, .max), entry(.read(tag: 1), 2, 3)],
        ]
        for history in good { #expect(verdict(history) == .linearizable, "\(history)") }
        let bad: [[Entry]] = [
            // A read of what nobody wrote; a stale read; a read that goes back.
            [entry(.read(tag: 7), 0, 1)],
            [entry(.write(expected: 1, made: 2), 0, 1), entry(.read(tag: 1), 2, 3)],
            [
                entry(.write(expected: 1, made: 2), 0, 9), entry(.read(tag: 2), 1, 2),
                entry(.read(tag: 1), 3, 4),
            ],
            // A lost update: two writes on one condition.
            [entry(.write(expected: 1, made: 2), 0, 9), entry(.write(expected: 1, made: 3), 0, 9)],
            // A refusal without a cause; a tag that goes back.
            [entry(.refused(expected: 1), 0, 1), entry(.write(expected: 1, made: 2), 2, 3)],
            [entry(.write(expected: 1, made: 1), 0, 1)],
        ]
        for history in bad { #expect(verdict(history) == .impossible, "\(history)") }
    }

    @Test(arguments: (0..<3).map { _ in UInt64.random(in: 0...9_999) })
    func `what clients see over HTTP is linearizable, and a changed history is not`(
        _ seed: UInt64
    )
        async throws
    {
        let server = try await BinderyServer.started()
        try await server.must(
            "PUT",
            "/v1/specs/integrations/payments.test/versions/1",
            ProviderWorld.spec(url: "https://payments.example")
        )
        let path = "/v1/tenants/acme-corp/connections/register"
        let made = try await server.must("PUT", path, EventsTests.connection(0))
        let start = try #require(Self.tag(made))
        let entries = try await withThrowingTaskGroup { group in
            for client in 0..<8 {
                group.addTask {
                    try await Self.client(server, path, start, seed &* 31 &+ UInt64(client))
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        let history = RegisterHistory(start: start, entries: entries)
        #expect(history.verdict() == .linearizable, "seed \(seed)")
        let writeCount = entries.count { if case .write = $0.operation { true } else { false } }
        let refusedCount = entries.count { if case .refused = $0.operation { true } else { false } }
        #expect(writeCount > 20 && refusedCount > 0, "seed \(seed): \(writeCount) writes")
        // The first state, seen again when all is over, is what no register shows.
        let end = entries.map(\.ended).max() ?? 0
        let stale = Self.entry(.read(tag: start), end + 1, end + 2)
        let changed = RegisterHistory(start: start, entries: entries + [stale])
        #expect(changed.verdict() == .impossible, "seed \(seed)")
    }

    /// Reads, and writes on condition of what it saw last, which is often no longer so.
    private static func client(
        _ server: BinderyServer,
        _ path: String,
        _ start: UInt64,
        _ seed: UInt64
    ) async throws -> [Entry] {
        var chance = seed
        var seen = start
        var entries: [Entry] = []
        let connection = try server.connect()
        for number in 0..<60 {
            chance = chance &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let began = MonotonicClock.precise.nanoseconds
            let isWrite = (chance >> 33) % 2 == 0
            let answer =
                isWrite
                ? try await server.send(
                    "PUT",
                    path,
                    EventsTests.connection(Int(chance >> 40) &+ number),
                    headers: ["If-Match: \"\(seen)\""],
                    on: connection
                ) : try await server.send("GET", path, on: connection)
            let ended = MonotonicClock.precise.nanoseconds
            switch (isWrite, answer.status) {
            case (false, 200):
                guard let tag = tag(answer) else { throw Missing(what: "a tag") }
                entries.append(entry(.read(tag: tag), began, ended))
                seen = tag
            case (true, 200):
                guard let tag = tag(answer) else { throw Missing(what: "a tag") }
                // What says the same again is no change: it is a read of what was expected.
                let operation =
                    tag == seen
                    ? Operation.read(tag: tag) : .write(expected: seen, made: tag)
                entries.append(entry(operation, began, ended))
                seen = tag
            case (true, 412): entries.append(entry(.refused(expected: seen), began, ended))
            default: throw Missing(what: "an answer that is expected: \(answer)")
            }
        }
        return entries
    }

    private static func tag(_ answer: WireAnswer) -> UInt64? {
        answer["etag"].flatMap { UInt64($0.filter { $0 != "\"" }) }
    }
}
