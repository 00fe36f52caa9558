import Glibc
import JSON
import Platform
import Testing
import Waiting

/// Two replicas that publish versions of one line at once.
@Suite(.enabled(if: SharedDatabase.url != nil, "NOT RUN without BINDERY_TEST_POSTGRES"))
struct PublishReplicaTests {
    private static let line = "/v1/tenants/tenant-10000/configs/shop/sandbox"
    private static let roundCount = 4
    private static let draftCount = 4

    private func replicas() async throws -> [BinderyServer] {
        let ledger = SharedDatabase.newLedger()
        let folder = try TemporaryFolder()
        let replicas = ["a", "b"].map { BinderyServer(replica: $0, of: ledger, in: folder) }
        for replica in replicas { try await replica.start() }
        return replicas
    }

    private func draft(_ replica: BinderyServer, _ notes: String) async throws -> Int64 {
        let body: JSONValue = [
            "meta": ["blueprintName": "shop", "blueprintVersion": 1],
            "integrations": [["slotId": "payments.primary", "connectionId": "pay"]],
            "notes": .string(notes),
        ]
        let made = try await replica.must("POST", Self.line + "/versions", body)
        return try #require(made.json["meta"]?["version"]?.integer)
    }

    /// Publishes each of the drafts on both, rolls back on both, and archives one, all at once.
    ///
    /// - Returns: The statuses of the answers.
    private func race(_ replicas: [BinderyServer], _ numbers: [Int64]) async throws -> [Int] {
        try await withThrowingTaskGroup(of: Int.self) { group in
            for replica in replicas {
                for number in numbers {
                    group.addTask {
                        let path = "\(Self.line)/versions/\(number)/publish"
                        return try await replica.send("POST", path, [:]).status
                    }
                }
                group.addTask {
                    let back: JSONValue = ["toVersion": 1, "reason": "back"]
                    return try await replica.send("POST", Self.line + "/rollback", back).status
                }
            }
            group.addTask {
                let path = "\(Self.line)/versions/\(numbers[0])/archive"
                return try await replicas[1].send("POST", path, [:]).status
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }

    @Test func `of publishes and rollbacks on two replicas one version is live at each moment`()
        async throws
    {
        let replicas = try await replicas()
        _ = try await UpgradeWorld(1, over: replicas[0])
        var statuses: [Int] = []
        for round in 0..<Self.roundCount {
            var numbers: [Int64] = []
            for index in 0..<Self.draftCount {
                numbers.append(try await draft(replicas[index % 2], "\(round)-\(index)"))
            }
            statuses += try await race(replicas, numbers)
        }
        // Whoever is late is told so, and nothing else.
        #expect(Set(statuses).isSubset(of: [200, 201, 409, 503]), "\(statuses)")
        #expect(statuses.count { $0 < 300 } > Self.roundCount * Self.draftCount)
        var seen: [(published: [Int64], history: [JSONValue])] = []
        for replica in replicas {
            let revision = try await newest(of: replicas)
            seen.append(try await look(at: replica, from: revision))
        }
        #expect(seen[0].published.count == 1)
        #expect(seen[0].published == seen[1].published)
        #expect(seen[0].history == seen[1].history)
        check(seen[0].history, live: seen[0].published.first)
        for replica in replicas { try await replica.end(SIGTERM) }
    }

    private func newest(of replicas: [BinderyServer]) async throws -> Int {
        var newest = 0
        for replica in replicas {
            let answer = try await replica.must("GET", Self.line + "/versions")
            newest = max(newest, Int(answer["bindery-revision"] ?? "") ?? 0)
        }
        return newest
    }

    private func look(
        at replica: BinderyServer,
        from revision: Int
    ) async throws -> (published: [Int64], history: [JSONValue]) {
        let headers = ["Bindery-Min-Revision: \(revision)"]
        func items(_ path: String) async throws -> [JSONValue] {
            let target = Self.line + path + "?limit=500"
            return try await replica.send("GET", target, headers: headers)
                .json["items"]?
                .array ?? []
        }
        let published = try await items("/versions").map { $0["meta"] ?? .null }
            .filter { $0["status"] == "published" }.compactMap { $0["version"]?.integer }
        return (published, try await items("/history"))
    }

    /// Replays the history, which is told newest first: who goes live finds the one before gone.
    private func check(_ history: [JSONValue], live last: Int64?) {
        var live: Int64?
        for step in history.reversed() {
            if step["to"] == "published" {
                #expect(live == nil, "\(step)")
                live = step["version"]?.integer
            } else if step["from"] == "published" {
                #expect(live == step["version"]?.integer, "\(step)")
                live = nil
            }
        }
        #expect(live == last)
    }
}
