import Foundation
import JSON
import Testing
import Waiting

/// `bindery export`, and the way back.
@Suite struct ExportCommandTests {
    /// The longest id of an entity: too long to name a file.
    private let longID = String(repeating: "long.", count: 51) + "x"

    private func seeded() async throws -> CommandLine {
        let line = try CommandLine(try await BinderyServer.started())
        for folder in ["catalogue", "demo"] {
            let path = Repository.path("config/\(folder)")
            for name in try FileManager.default.contentsOfDirectory(atPath: path) {
                let text = try String(contentsOfFile: "\(path)/\(name)", encoding: .utf8)
                // The sandbox's config is a preview, which needs no provider that answers.
                try line.write(name, text.replacing(#""published""#, with: #""draft""#))
            }
        }
        try line.write(
            "rule.json",
            #"{"effect":"forbid","id":"everywhere","match":{"workflows":["a-*"]}}"#
        )
        for id in ["alice@example.com", longID] {
            try line.write(
                "\(id.prefix(5)).json",
                #"{"kind":"Entity","tenantId":"acme-corp","object":"#
                    + #"{"attributes":{"z":1,"a":[2]},"id":"\#(id)","type":"user"}}"#
            )
        }
        let run = try await line.run("apply", "-f", line.folder.path("set"))
        guard run.ending == .exit(0) else { throw Missing(what: "the seed: \(run)") }
        return line
    }

    @Test func `what is exported and applied changes nothing, and is the same bytes again`()
        async throws
    {
        let line = try await seeded()
        let target = line.folder.path("out")
        let first = try await line.run("export", "--to", target)
        #expect(first.ending == .exit(0), "\(first)")
        let files = try line.files("out")
        let count = Repository.catalogueCount + 12
        #expect(files.count == count, "\(first)")
        #expect(first.output.contains("\(count) files written"), "\(first)")
        #expect(files["specs/payments.stripe@1.json"] != nil)
        #expect(files["tenants/acme-corp/configs/invoice-app/sandbox.json"] != nil)
        let users = "tenants/acme-corp/entities/user"
        #expect(files["\(users)/alice@example.com.json"]?.contains(#""z": 1"#) == true)
        let long = files.keys.filter { $0.hasPrefix("\(users)/long.") }
        #expect(long.count == 1 && long[0].contains("%") && long[0].utf8.count < 255)
        #expect(
            files["policies/everywhere.json"]?.hasPrefix("{\n  \"kind\": \"PolicyRule\"") == true
        )
        for set in [["-f", target], ["-f", target, "--prune"]] {
            let back = try await line.run(["apply"] + set)
            #expect(back.ending == .exit(0) && back.output.hasSuffix("Nothing to do.\n"), "\(back)")
        }
        let again = try await line.run("export", "--to", target)
        #expect(again.output.contains("0 files written, 0 removed, \(count) as they were"))
        #expect(try line.files("out") == files)
        // As lines, twice, also after a restart.
        let lines = try await line.run("export")
        #expect(lines.output.split(separator: "\n").count == count)
        _ = try await line.server.restart()
        #expect(try await line.run("export", "--to", "-").output == lines.output)
        try line.write("all.ndjson", lines.output, in: "lines")
        let back = try await line.run("diff", "-f", line.folder.path("lines/all.ndjson"), "--prune")
        #expect(back.ending == .exit(0), "\(back)")
    }

    @Test func `another store gets the same export of the same objects`() async throws {
        let line = try await seeded()
        let lines = try await line.run("export").output
        let other = try CommandLine(try await BinderyServer.started())
        try other.write(
            "all.ndjson",
            lines.split(separator: "\n").reversed().joined(separator: "\n")
        )
        let apply = try await other.run("apply", "-f", other.folder.path("set"))
        #expect(apply.ending == .exit(0), "\(apply)")
        #expect(try await other.run("export").output == lines)
    }

    @Test func `files of objects that are gone are named, and removed when asked to`() async throws
    {
        let line = try await seeded()
        let target = line.folder.path("out")
        #expect(try await line.run("export", "--to", target).ending == .exit(0))
        try line.write("README.md", "mine", in: "out")
        try line.write("own/x.json", "mine", in: "out")
        try await line.server.must("DELETE", "/v1/policies/everywhere")
        let alice = "tenants/acme-corp/entities/user/alice@example.com"
        try await line.server.must(
            "DELETE",
            "/v1/tenants/acme-corp/entities/user/alice@example.com"
        )
        let named = try await line.run("export", "--to", target)
        #expect(
            named.ending == .exit(0) && named.errors.contains("policies/everywhere.json: not in")
        )
        #expect(named.errors.contains("\(alice).json: not in"))
        #expect(try line.files("out")["policies/everywhere.json"] != nil)
        let pruned = try await line.run("export", "--to", target, "--prune")
        #expect(pruned.output.contains("2 removed"), "\(pruned)")
        let files = try line.files("out")
        #expect(files["\(alice).json"] == nil)
        #expect(files["policies/everywhere.json"] == nil && files["own/x.json"] == "mine")
        #expect(try await line.run("export", "--prune").ending == .exit(2))
    }

    @Test func `a tenant's key exports and applies its own objects`() async throws {
        var line = try await seeded()
        let made = try await line.run(
            "keys",
            "create",
            "--tenant",
            "acme-corp",
            "--role",
            "tenant-admin",
            "--environment",
            "*",
            "--key-only"
        )
        line.key = made.output.trimmingCharacters(in: .newlines)
        let export = try await line.run("export")
        #expect(export.ending == .exit(0), "\(export)")
        #expect(
            !export.output.contains("IntegrationSpec") && export.output.contains("conn_qdrant_prod")
        )
        try line.write("all.ndjson", export.output, in: "own")
        #expect(try await line.run("diff", "-f", line.folder.path("own")).ending == .exit(0))
        #expect(try await line.run("export", "--tenant", "else").ending == .exit(1))
        #expect(try await line.run("export", "--tenant", "a/b").ending == .exit(2))
    }
}
