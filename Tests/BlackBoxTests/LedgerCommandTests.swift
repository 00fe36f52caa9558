import Foundation
import Glibc
import JSON
import Testing
import Waiting

/// `bindery ledger …`, `snapshot`, `restore` and `audit verify` on the folders of real servers.
@Suite struct LedgerCommandTests {
    private struct Run {
        let ending: RunningProcess.Ending
        let output: String
        let errors: String
    }

    private func run(_ arguments: [String], in folder: TemporaryFolder) async throws -> Run {
        let process = try RunningProcess(arguments, in: folder)
        let ending = try await process.ending()
        return Run(ending: ending, output: process.output, errors: process.errors)
    }

    private func put(_ server: BinderyServer, _ numbers: ClosedRange<Int>) async throws {
        for number in numbers {
            try await server.must("PUT", "/v1/policies/rule-\(number)", ["effect": "forbid"])
        }
    }

    private func rules(_ server: BinderyServer) async throws -> Int {
        let list = try await server.must("GET", "/v1/policies?limit=500")
        return list.json["items"]?.array?.count ?? 0
    }

    /// A folder whose log has 20 rules, one a revision, as a kill leaves it.
    private func killed() async throws -> BinderyServer {
        let server = try await BinderyServer.started()
        try await put(server, 1...20)
        try await server.end(SIGKILL)
        return server
    }

    /// A server over a copied folder.
    private func serving(_ folder: TemporaryFolder, _ name: String) async throws -> BinderyServer {
        let server = BinderyServer(in: folder, dataFolder: name)
        try await server.start()
        return server
    }

    private func segment(_ server: BinderyServer) throws -> String {
        try #require(server.folder.files().first { $0.hasSuffix("00001.log") })
    }

    private func flip(_ path: String, at text: String) throws {
        var bytes = try #require(FileManager.default.contents(atPath: path))
        let place = try #require(bytes.firstRange(of: Data(text.utf8)))
        bytes[place.lowerBound] ^= 1
        try bytes.write(to: URL(filePath: path))
    }

    @Test func `a sound ledger verifies, a held one is left alone`() async throws {
        let server = try await BinderyServer.started()
        try await put(server, 1...3)
        let held = try await run(["ledger", "verify", server.dataFolder], in: server.folder)
        #expect(held.ending == .exit(1) && held.errors.contains("is held by process"))
        try await server.end(SIGKILL)
        for path in [server.dataFolder, server.dataFolder + "/ledger"] {
            let sound = try await run(["ledger", "verify", path], in: server.folder)
            #expect(sound.ending == .exit(0), "\(sound)")
            #expect(sound.output.contains("sound: 1 segments"))
            #expect(sound.output.contains("revision 3"))
        }
    }

    @Test func `an inspection tells revisions, segments, snapshots and kinds`() async throws {
        let server = try await killed()
        let text = try await run(["ledger", "inspect", server.dataFolder], in: server.folder)
        #expect(text.ending == .exit(0) && text.output.contains("revisions 1 to 20"))
        #expect(text.output.contains("policy.put  20"))
        let run = try await run(
            ["ledger", "inspect", server.dataFolder, "--json"],
            in: server.folder
        )
        let json = try JSONValue(parsing: Array(run.output.utf8))
        #expect(json["last"]?["revision"] == 20 && json["changes"]?["policy.put"] == 20)
        #expect(json["segments"]?.array?.first?["state"] == "open")
    }

    @Test func `damage is named with segment, offset and what to do, and repaired when told to`()
        async throws
    {
        let server = try await killed()
        let segment = try segment(server)
        try flip(segment, at: "rule-7\"")
        let before = FileManager.default.contents(atPath: segment)
        let verify = try await run(["ledger", "verify", server.dataFolder], in: server.folder)
        #expect(verify.ending == .exit(1))
        #expect(verify.output.contains("ledger-00000000000000000001.log, offset "), "\(verify)")
        #expect(verify.output.contains("restore it from a backup"))
        let refused = try await run(["ledger", "repair", server.dataFolder], in: server.folder)
        #expect(refused.ending == .exit(1))
        #expect(refused.errors.contains("--drop-from-damage-on"))
        #expect(FileManager.default.contents(atPath: segment) == before)
        let repair = try await run(
            ["ledger", "repair", server.dataFolder, "--drop-from-damage-on"],
            in: server.folder
        )
        #expect(repair.ending == .exit(0), "\(repair)")
        #expect(repair.output.contains("revision 6"), "\(repair)")
        // The copy has every byte that was cut.
        let copy = try #require(server.folder.files().first { $0.hasSuffix(".broken") })
        let kept = try #require(FileManager.default.contents(atPath: copy))
        #expect(try #require(before).contains(kept))
        #expect(kept.firstRange(of: Data("rule-20".utf8)) != nil)
    }

    @Test func `a torn tail is a note, and a repair cuts it after a copy`() async throws {
        let server = try await killed()
        let segment = try segment(server)
        try flip(segment, at: "rule-20\"")
        let verify = try await run(["ledger", "verify", server.dataFolder], in: server.folder)
        #expect(verify.ending == .exit(0) && verify.output.contains("note: "), "\(verify)")
        let repair = try await run(["ledger", "repair", server.dataFolder], in: server.folder)
        #expect(
            repair.ending == .exit(0) && repair.output.contains("no record is known to be lost"),
            "\(repair)"
        )
        #expect(server.folder.files().contains { $0.hasSuffix(".broken") })
        let again = try await run(["ledger", "repair", server.dataFolder], in: server.folder)
        #expect(again.output.contains("nothing to repair"))
        try await server.start()
        #expect(try await rules(server) == 19)
    }

    @Test func `a snapshot of a running server has what it acknowledged`() async throws {
        let server = try await BinderyServer.started()
        try await put(server, 1...20)
        async let more: Void = put(server, 21...60)
        let backup = server.folder.path("backup")
        let run = try await run(
            ["snapshot", "--data", server.dataFolder, "--to", backup],
            in: server.folder
        )
        try await more
        #expect(run.ending == .exit(0), "\(run)")
        let copy = try await serving(server.folder, "backup")
        #expect((20...60).contains(try await rules(copy)))
        #expect(try await copy.must("GET", "/v1/audit/verify").json["valid"] == true)
        #expect(try await rules(server) == 60)
    }

    @Test func `a restore goes to a revision or a time, into an empty folder alone`() async throws {
        let server = try await killed()
        func restore(_ name: String, _ flags: String...) async throws -> Run {
            let target = server.folder.path(name)
            return try await run(
                ["restore", "--from", server.dataFolder, "--to", target] + flags,
                in: server.folder
            )
        }
        #expect(try await restore("all").output.contains("revision 20"))
        #expect(try await restore("all").ending == .exit(1))
        let some = try await restore("some", "--revision", "12")
        #expect(some.ending == .exit(0) && some.output.contains("revision 12"), "\(some)")
        let copy = try await serving(server.folder, "some")
        #expect(try await rules(copy) == 12)
        try await copy.must("PUT", "/v1/policies/new", ["effect": "forbid"])
        #expect(try await restore("old", "--time", "2000-01-01T00:00:00Z").ending == .exit(1))
        #expect(try await restore("late", "--revision", "21").ending == .exit(1))
        #expect(try await restore("odd", "--revision", "-1").ending == .exit(2))
        #expect(
            try await restore("both", "--revision", "1", "--time", "2000-01-01T00:00:00Z").ending
                == .exit(2)
        )
    }

    @Test func `an audit trail verifies, and is refused when altered or cut`() async throws {
        let server = try await BinderyServer.started()
        try await put(server, 1...5)
        #expect(try await server.end(SIGTERM) == .exit(0))
        let sound = try await run(["audit", "verify", server.dataFolder], in: server.folder)
        #expect(sound.ending == .exit(0) && sound.output.contains("\"valid\":true"), "\(sound)")
        let trail = try #require(server.folder.files().first { $0.contains("/data/audit/") })
        let text = try #require(FileManager.default.contents(atPath: trail))
        // Without its last line nothing is wrong in it, but the ledger knows of more.
        let lines = String(decoding: text, as: UTF8.self).split(separator: "\n")
        try Data((lines.dropLast().joined(separator: "\n") + "\n").utf8)
            .write(to: URL(filePath: trail))
        #expect(try await run(["audit", "verify", trail], in: server.folder).ending == .exit(0))
        let cut = try await run(["audit", "verify", server.dataFolder], in: server.folder)
        #expect(cut.ending == .exit(1) && cut.output.contains("\"valid\":false"), "\(cut)")
        try text.write(to: URL(filePath: trail))
        try flip(trail, at: "rule-3")
        let altered = try await run(["audit", "verify", trail], in: server.folder)
        #expect(altered.ending == .exit(1) && altered.output.contains("firstBad"))
    }
}

extension Data {
    /// Whether `other` is a part of it.
    fileprivate func contains(_ other: Data) -> Bool { firstRange(of: other) != nil }
}
