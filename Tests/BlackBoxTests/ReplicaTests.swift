import Foundation
import Glibc
import JSON
import Platform
import Testing
import Waiting

/// Servers that share a ledger in PostgreSQL, and the way of a ledger into the database and back; what
/// breaks them is tried by `scripts/torture-replicas`.
@Suite(.enabled(if: SharedDatabase.url != nil, "NOT RUN without BINDERY_TEST_POSTGRES"))
struct ReplicaTests {
    private static let rule: JSONValue = ["effect": "forbid"]

    private let ledger = SharedDatabase.newLedger()

    private func variables(_ journal: String?) -> [String: String] {
        ["BINDERY_BOOTSTRAP_KEY": BinderyServer.bootstrapKey, "BINDERY_JOURNAL": journal ?? ""]
    }

    private func replica(in folder: TemporaryFolder, _ name: String) -> BinderyServer {
        BinderyServer(replica: name, of: ledger, in: folder)
    }

    private func migrate(
        _ from: String,
        _ to: String,
        in folder: TemporaryFolder
    ) async throws -> RunningProcess {
        let process = try RunningProcess(
            ["migrate", "--from", from, "--to", to, "--ledger-name", ledger],
            variables: ["DATABASE": SharedDatabase.url ?? ""],
            in: folder
        )
        _ = try await process.ending()
        return process
    }

    @Test func `what one replica writes all show, and one write of many wins`() async throws {
        let folder = try TemporaryFolder()
        let replicas = ["a", "b", "c"].map { replica(in: folder, $0) }
        for replica in replicas { try await replica.start() }
        let made = try await replicas[0].must("PUT", "/v1/policies/one", Self.rule)
        let revision = try #require(made["bindery-revision"])
        for replica in replicas {
            let found = try await replica.send(
                "GET",
                "/v1/policies/one",
                headers: ["Bindery-Min-Revision: \(revision)"]
            )
            #expect(found.status == 200)
            let ready = try await replica.must("GET", "/readyz")
            #expect(ready.json["ledger"]?["connected"] == true)
            #expect(ready.json["ledger"]?["lagEntries"]?.integer != nil)
            #expect(try await replica.metric("bindery_ledger_connected") == 1)
        }
        for round in 0..<10 {
            let answers = try await withThrowingTaskGroup(of: Int.self) { group in
                for replica in replicas {
                    group.addTask {
                        try await replica.send(
                            "PUT",
                            "/v1/policies/race-\(round)",
                            Self.rule,
                            headers: ["If-None-Match: *"]
                        )
                        .status
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.sorted() == [201, 412, 412])
        }
        for replica in replicas { #expect(try await replica.end(SIGTERM) == .exit(0)) }
    }

    @Test func `a key that is withdrawn at one replica is refused by the others`() async throws {
        let folder = try TemporaryFolder()
        let replicas = ["a", "b"].map { replica(in: folder, $0) }
        for replica in replicas { try await replica.start() }
        let made = try await replicas[0]
            .must(
                "POST",
                "/v1/tenants/acme/keys",
                ["roles": ["tenant-admin"], "environments": ["*"], "workflows": ["*"]]
            )
        let key = try #require(made.json["key"]?.string)
        let id = try #require(made.json["id"]?.string)
        let path = "/v1/tenants/acme/connections"
        try await Wait.until("the other replica knows the key") {
            try await replicas[1].send("GET", path, key: key).status == 200
        }
        try await replicas[0].must("DELETE", "/v1/tenants/acme/keys/\(id)")
        try await Wait.until("the other replica refuses the key") {
            try await replicas[1].send("GET", path, key: key).status == 401
        }
    }

    @Test func `a ledger goes into the database and back with all of its revisions`() async throws {
        let server = try await BinderyServer.started(flags: ["--ledger-snapshot-every", "7"])
        for number in 1...20 {
            try await server.must("PUT", "/v1/policies/rule-\(number)", Self.rule)
        }
        let export = try await server.must("GET", "/v1/export").text
        let file = "file:\(server.dataFolder)"
        let held = try await migrate(file, "env:DATABASE", in: server.folder)
        #expect(held.errors.contains("is held by process"))
        #expect(try await server.end(SIGTERM) == .exit(0))
        let moved = try await migrate(file, "env:DATABASE", in: server.folder)
        #expect(moved.output.contains("revision 20, sha256:"), "\(moved.errors)")
        let again = try await migrate(file, "env:DATABASE", in: server.folder)
        #expect(again.errors.contains("already"))

        // The replica goes on with the folder's audit trail.
        let replica = replica(in: server.folder, "data")
        try await replica.start()
        #expect(try await replica.must("GET", "/v1/export").text == export)
        try await replica.must("PUT", "/v1/policies/rule-21", Self.rule)
        let audit = try await replica.must("GET", "/v1/audit/verify")
        #expect(audit.json["valid"] == true)
        #expect(try await replica.end(SIGTERM) == .exit(0))

        try FileManager.default.removeItem(atPath: server.dataFolder + "/ledger")
        let back = try await migrate("env:DATABASE", file, in: server.folder)
        #expect(back.output.contains("revision 21, sha256:"), "\(back.errors)")
        let alone = BinderyServer(in: server.folder)
        try await alone.start()
        let rules = try await alone.must("GET", "/v1/policies?limit=500")
        #expect(rules.json["items"]?.array?.count == 21)
        let next = try await alone.must("PUT", "/v1/policies/rule-22", Self.rule)
        #expect(next["bindery-revision"] == "22")
        for process in [held, moved, again, back] {
            #expect(!(process.output + process.errors).contains(try #require(password)))
        }
        #expect(!(replica.log + alone.log).contains(try #require(password)))
    }

    private var password: String? {
        SharedDatabase.url?.split(separator: "@").first?.split(separator: ":").last.map(String.init)
    }

    @Test func `a place that is none is refused with the rule`() async throws {
        let folder = try TemporaryFolder()
        for place in ["", "file:", "data", "mysql://x", "env:NOT_THERE"] {
            let process = try await migrate(place, "file:x", in: folder)
            #expect(try await process.ending() == .exit(2), "\(place)")
            #expect(process.errors.contains("--from"))
        }
    }

    @Test func `a data folder is one replica's`() async throws {
        let folder = try TemporaryFolder()
        let first = replica(in: folder, "a")
        try await first.start()
        let second = try replica(in: folder, "a").launch()
        #expect(try await second.ending() == .exit(1))
        #expect(second.errors.contains("each replica has a folder of its own"))
    }
}
