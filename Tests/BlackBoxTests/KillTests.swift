import Glibc
import JSON
import Synchronization
import Testing
import Waiting

/// A process that is killed at any moment keeps all that it acknowledged.
@Suite struct KillTests {
    static let writerCount = 8
    static let killCount = 10
    /// A process is killed at the latest when it has acknowledged so much.
    static let acknowledgementCountMax = 100

    /// What was acknowledged: an object's path, and the revision that its answer named.
    private typealias Acknowledgements = [String: String]

    /// How many answers the writers of one round have.
    private final class Counter: Sendable {
        let value = Atomic(0)
    }

    @Test func `kill -9 at any time loses nothing that was acknowledged, and leaves no gap`()
        async throws
    {
        let server = try await BinderyServer.started()
        try await server.must(
            "PUT",
            "/v1/specs/integrations/payments.test/versions/1",
            ProviderWorld.spec(url: "https://payments.example")
        )
        var acknowledged: Acknowledgements = [:]
        for round in 0..<Self.killCount {
            let life = Int.random(in: 1...Self.acknowledgementCountMax)
            acknowledged.merge(try await kill(server, after: life, round)) { old, _ in old }
            try await server.start()
            try await check(server, acknowledged, "round \(round), killed after \(life)")
        }
        #expect(acknowledged.count >= Self.killCount)
        #expect(try await server.restart() == .exit(0))
        try await check(server, acknowledged, "after a stop in order")
    }

    /// Lets all writers write until the process is dead, which it is after so many acknowledgements
    /// and a moment; what was acknowledged.
    private func kill(
        _ server: BinderyServer,
        after life: Int,
        _ round: Int
    ) async throws -> Acknowledgements {
        let counter = Counter()
        return try await withThrowingTaskGroup(of: Acknowledgements.self) { group in
            for writer in 0..<Self.writerCount {
                group.addTask { try await write(server, writer, round, counter) }
            }
            try await Wait.until("enough is written") {
                counter.value.load(ordering: .relaxed) >= life
            }
            try await Task.sleep(for: .microseconds(Int.random(in: 0...3000)))
            #expect(try await server.end(SIGKILL) == .signal(SIGKILL))
            return try await group.reduce(into: [:]) { $0.merge($1) { old, _ in old } }
        }
    }

    /// Makes one connection after the other, until the server is gone.
    private func write(
        _ server: BinderyServer,
        _ writer: Int,
        _ round: Int,
        _ counter: Counter
    ) async throws -> Acknowledgements {
        var acknowledged: Acknowledgements = [:]
        do {
            let wire = try server.connect()
            for number in 0... {
                let id = "c\(round)-\(number)"
                let path = "/v1/tenants/t\(writer)/connections/\(id)"
                let answer = try await server.send("PUT", path, Self.body(id), on: wire)
                #expect(answer.status == 201, "\(answer)")
                acknowledged[path] = answer["etag"]
                counter.value.add(1, ordering: .relaxed)
            }
        } catch {
            // The server is dead; what it did not answer may be there, or not.
        }
        return acknowledged
    }

    private static func body(_ id: String) -> JSONValue {
        [
            "meta": [
                "id": .string(id), "integrationKey": "payments.test", "integrationVersion": 1,
                "environment": "sandbox",
            ],
            "ownershipMode": "byok",
        ]
    }

    /// Each acknowledged object is there in its revision; the revisions of all objects are those
    /// from 1 to the store's, each once.
    private func check(
        _ server: BinderyServer,
        _ acknowledged: Acknowledgements,
        _ when: String
    ) async throws {
        var found: Acknowledgements = [:]
        for writer in 0..<Self.writerCount {
            try await list(server, "/v1/tenants/t\(writer)/connections", into: &found)
        }
        for (path, revision) in acknowledged {
            #expect(found[path] == revision, "\(path), \(when)")
        }
        let spec = try await server.must("GET", "/v1/specs/integrations/payments.test/versions/1")
        let store = try #require(spec["bindery-revision"].flatMap { Int($0) })
        let revisions = (found.values + [spec["etag"] ?? ""])
            .compactMap { Int($0.filter { $0 != "\"" }) }
        #expect(revisions.sorted() == Array(1...store), "\(when)")
    }

    private func list(
        _ server: BinderyServer,
        _ path: String,
        into found: inout Acknowledgements
    ) async throws {
        var query = "?limit=500"
        while true {
            let page = try await server.must("GET", path + query)
            for item in page.json["items"]?.array ?? [] {
                let id = item["meta"]?["id"]?.string ?? ""
                found["\(path)/\(id)"] = item["revision"]?.integer.map { "\"\($0)\"" }
            }
            guard let cursor = page.json["nextCursor"]?.string else { return }
            query = "?limit=500&cursor=\(cursor)"
        }
    }
}
