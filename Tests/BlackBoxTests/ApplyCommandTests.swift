import Foundation
import HTTPWire
import JSON
import Testing
import Waiting

/// `bindery apply` and `diff` against a real server.
@Suite struct ApplyCommandTests {
    private static let rule = #"{"kind":"PolicyRule","object":{"id":"NAME","effect":"forbid"}}"#

    private static func rule(_ name: String) -> String {
        rule.replacing("NAME", with: name)
    }

    /// The catalogue and the demo's documents, which are the seed's; their configs as drafts, since no
    /// provider answers here.
    private func writeSeed(_ line: CommandLine) throws -> String {
        for folder in ["catalogue", "demo"] {
            let path = Repository.path("config/\(folder)")
            for name in try FileManager.default.contentsOfDirectory(atPath: path) {
                let text = try String(contentsOfFile: "\(path)/\(name)", encoding: .utf8)
                try line.write(name, text.replacing(#""published""#, with: #""draft""#))
            }
        }
        return line.folder.path("set")
    }

    @Test func `the seed comes about, and then nothing differs`() async throws {
        let line = try CommandLine(try await BinderyServer.started())
        let set = try writeSeed(line)
        let count = Repository.catalogueCount + 11
        let before = try await line.run("diff", "-f", set)
        #expect(before.ending == .exit(2), "\(before)")
        #expect(before.output.contains("+ create IntegrationSpec payments.stripe@1\n"))
        #expect(before.output.contains("Plan at revision 0: \(count) to create, 0 to update"))
        let dry = try await line.run("apply", "-f", set, "--dry-run")
        #expect(dry.ending == .exit(0) && dry.output.hasSuffix("Nothing was changed.\n"))
        #expect(try await line.server.must("GET", "/v1/policies")["bindery-revision"] == "0")
        let apply = try await line.run("apply", "-f", set)
        #expect(apply.ending == .exit(0), "\(apply)")
        #expect(apply.output.hasSuffix("Applied at revision 1.\n"))
        let after = try await line.run("diff", "-f", set)
        #expect(after.ending == .exit(0), "\(after)")
        #expect(
            after.output
                == "Plan at revision 1: 0 to create, 0 to update, 0 to delete, \(count) unchanged.\n"
        )
        let again = try await line.run("apply", "-f", set)
        #expect(again.ending == .exit(0) && again.output.hasSuffix("Nothing to do.\n"))
        #expect(try await line.server.must("GET", "/v1/policies")["bindery-revision"] == "1")
        // No colours and no progress where no terminal is.
        for run in [before, dry, apply, after, again] {
            #expect(!run.output.contains("\u{1B}") && run.errors.isEmpty, "\(run)")
        }
    }

    @Test func `an update shows what was and what comes`() async throws {
        let line = try CommandLine(try await BinderyServer.started())
        let set = try writeSeed(line)
        #expect(try await line.run("apply", "-f", set).ending == .exit(0))
        let name = "20-connection-conn_stripe_acme_prod.json"
        let text = try String(contentsOfFile: "\(set)/\(name)", encoding: .utf8)
        // What a terminal would obey is shown, not sent to it.
        try line.write(name, text.replacing("Stripe Production", with: "Live \\u009b31m\\u202e"))
        let diff = try await line.run("diff", "-f", set)
        #expect(diff.ending == .exit(2))
        #expect(
            diff.output.contains(
                "~ update IntegrationConnection conn_stripe_acme_prod of acme-corp\n"
            )
        )
        #expect(
            diff.output.contains(
                #"    /meta/label: "Stripe Production" → "Live \u{9b}31m\u{202e}""#
            ),
            "\(diff)"
        )
        let json = try await line.run("diff", "-f", set, "--json").json
        #expect(json["summary"]?["update"] == 1)
    }

    // MARK: Pruning

    @Test func `what is pruned is listed, and goes with a yes alone`() async throws {
        let line = try CommandLine(try await BinderyServer.started())
        let set = try line.write(
            "rules.ndjson",
            [Self.rule("a"), Self.rule("b")].joined(separator: "\n")
        )
        #expect(try await line.run("apply", "-f", set).ending == .exit(0))
        try await line.server.must(
            "PUT",
            "/v1/tenants/other/policies/kept",
            ["effect": "forbid"]
        )
        try line.write("rules.ndjson", Self.rule("a"))
        #expect(try await line.run("diff", "-f", set).ending == .exit(0))
        #expect(try await line.run("apply", "-f", set).output.hasSuffix("Nothing to do.\n"))
        let diff = try await line.run("diff", "-f", set, "--prune")
        #expect(diff.ending == .exit(2) && diff.output.contains("- delete PolicyRule b\n"))
        let refused = try await line.run("apply", "-f", set, "--prune")
        #expect(refused.ending == .exit(1), "\(refused)")
        #expect(refused.output.contains("- delete PolicyRule b\n"))
        #expect(
            refused.errors.contains("would remove 1 objects") && refused.errors.contains("--yes")
        )
        let machine = try await line.run("apply", "-f", set, "--prune", "--json")
        #expect(machine.ending == .exit(1) && machine.errors.contains("- delete PolicyRule b\n"))
        #expect(try await line.server.send("GET", "/v1/policies/b").status == 200)
        let done = try await line.run("apply", "-f", set, "--prune", "--yes")
        #expect(done.ending == .exit(0), "\(done)")
        #expect(try await line.server.send("GET", "/v1/policies/b").status == 404)
        #expect(try await line.server.send("GET", "/v1/tenants/other/policies/kept").status == 200)
    }

    @Test func `only what has the label is pruned`() async throws {
        let line = try CommandLine(try await BinderyServer.started())
        let marked =
            #"{"kind":"PolicyRule","object":{"id":"marked","effect":"forbid","#
            + #""metadata":{"labels":{"app":"checkout"}}}}"#
        let set = try line.write(
            "rules.ndjson",
            [Self.rule("kept"), Self.rule("bare"), marked].joined(separator: "\n")
        )
        #expect(try await line.run("apply", "-f", set).ending == .exit(0))
        try line.write("rules.ndjson", Self.rule("kept"))
        let flags = ["-f", set, "--prune", "--label", "app=checkout"]
        let diff = try await line.run(["diff"] + flags)
        #expect(diff.ending == .exit(2) && diff.output.contains("- delete PolicyRule marked\n"))
        #expect(!diff.output.contains("bare"))
        let done = try await line.run(["apply", "--yes"] + flags)
        #expect(done.ending == .exit(0), "\(done)")
        #expect(try await line.server.send("GET", "/v1/policies/marked").status == 404)
        #expect(try await line.server.send("GET", "/v1/policies/bare").status == 200)
    }

    // MARK: Staleness

    @Test func `a plan of an older revision is not applied`() async throws {
        let line = try CommandLine(try await BinderyServer.started())
        let set = try line.write("a.json", Self.rule("a"))
        try await line.server.must("PUT", "/v1/policies/other", ["effect": "forbid"])
        let stale = try await line.run("apply", "-f", set, "--if-revision", "0")
        #expect(
            stale.ending == .exit(1) && stale.errors.contains("412 REVISION_MISMATCH"),
            "\(stale)"
        )
        #expect(try await line.server.send("GET", "/v1/policies/a").status == 404)
        let fresh = try await line.run("apply", "-f", set, "--if-revision", "1")
        #expect(fresh.ending == .exit(0), "\(fresh)")
        for bad in ["-1", "x", "1.5"] {
            #expect(
                try await line.run("apply", "-f", set, "--if-revision=\(bad)").ending == .exit(2)
            )
        }
    }

    // MARK: What is refused

    private static let badFiles: [(String, String, String)] = [
        ("cut.json", "{\"kind\":", "cut.json#/kind MALFORMED_JSON byte 8"),
        ("twice.json", #"{"kind":"PolicyRule","kind":"x"}"#, "twice.json#/kind MALFORMED_JSON"),
        ("kind.json", "{\"kind\":\"Nothing\",\"object\":{}}", "kind.json#/kind "),
        ("number.json", "7", "number.json INVALID_VALUE"),
        ("extra.json", "{\"objects\":[],\"x\":1}", "extra.json#/x UNKNOWN_FIELD"),
        (
            "inner.json", "{\"objects\":[{\"kind\":\"PolicyRule\"}]}",
            "inner.json#/objects/0/object MISSING_FIELD"
        ),
        ("lines.ndjson", "\n\n{\"kind\"\n", "lines.ndjson:3#/kind MALFORMED_JSON"),
        (
            "field.json",
            "{\"kind\":\"PolicyRule\",\"object\":{\"id\":\"a\",\"effect\":\"forbid\",\"efect\":1}}",
            "field.json#/object/efect UNKNOWN_FIELD"
        ),
        (
            "later.ndjson",
            "\n\n{\"kind\":\"PolicyRule\",\"object\":{\"id\":\"a\",\"effect\":\"perhaps\"}}",
            "later.ndjson:3#/object/effect "
        ),
        ("alone.json", "{\"id\":\"a\",\"effect\":\"perhaps\"}", "alone.json#/effect "),
    ]

    @Test(arguments: badFiles)
    func `a bad file is named with its place, and nothing is written`(
        _ name: String,
        _ text: String,
        _ place: String
    ) async throws {
        let line = try CommandLine(try await BinderyServer.started())
        try line.write("0-good.json", Self.rule("good"))
        let set = try line.write(name, text)
        for command in ["apply", "diff"] {
            let run = try await line.run(command, "-f", set)
            #expect(run.ending == .exit(1), "\(run)")
            #expect(run.errors.contains("\(set)/\(place)"), "\(run)")
            #expect(run.output.isEmpty)
        }
        #expect(try await line.server.must("GET", "/v1/policies").json["items"] == [])
    }

    @Test func `every refused object is named by its file`() async throws {
        let line = try CommandLine(try await BinderyServer.started())
        for name in ["a", "b"] {
            try line.write("\(name).json", Self.rule(name).replacing("forbid", with: "perhaps"))
        }
        let set = try line.write("c.json", Self.rule("c"))
        let run = try await line.run("apply", "-f", set)
        #expect(run.ending == .exit(1))
        #expect(run.errors.contains("\(set)/a.json#/object/effect "))
        #expect(run.errors.contains("\(set)/b.json#/object/effect "))
        #expect(!run.errors.contains("c.json"))
    }

    @Test func `a secret in a file, and the key, are shown nowhere`() async throws {
        let line = try CommandLine(try await BinderyServer.started())
        let secret = "sk_live_" + String(repeating: "4eC39HqLyjWD", count: 2)
        let set = try line.write(
            "a.json",
            #"{"kind":"PolicyRule","object":{"id":"a","effect":"forbid","description":"\#(secret)"}}"#
        )
        let run = try await line.run("apply", "-f", set)
        #expect(run.ending == .exit(1), "\(run)")
        #expect(run.errors.contains("SECRET_IN_CONFIG") && run.errors.contains("a.json#"))
        for text in [run.output, run.errors, line.server.log] {
            #expect(!text.contains(secret) && !text.contains(BinderyServer.bootstrapKey))
        }
        var stranger = line
        stranger.key = "bnd_nobody_0123456789abcdef0123456789abcdef"
        let refused = try await stranger.run("diff", "-f", set)
        #expect(refused.ending == .exit(1) && refused.errors.contains("401 "), "\(refused)")
        #expect(!(refused.errors + refused.output).contains(stranger.key))
    }

    private static let mistakes: [[String]] = [
        ["apply"], ["apply", "-f", "SET", "--prume"], ["apply", "-f", "SET", "more"],
        ["apply", "-f", "-", "-f", "-"],
        ["apply", "-f", "SET", "--key-file", "x", "--key-env", "y"],
    ]

    @Test(arguments: mistakes)
    func `what makes no sense ends with 2, of diff with 1`(_ arguments: [String]) async throws {
        let line = try CommandLine(try await BinderyServer.started())
        let set = try line.write("a.json", Self.rule("a"))
        let words = arguments.map { $0 == "SET" ? set : $0 }
        #expect(try await line.run(words).ending == .exit(2))
        let diff = try await line.run(["diff"] + words.dropFirst())
        #expect(diff.ending == .exit(1), "\(diff)")
        #expect(!diff.errors.isEmpty)
    }

    @Test func `a connection that breaks while it applies is told as what it is`() async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("a.json", Self.rule("a"))
        let plan =
            #"{"revision":7,"summary":{"create":1},"changes":[{"kind":"PolicyRule","tenantId":null,"id":"a","action":"create"}]}"#
        for cut in ["", "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"revision\""] {
            let server = try ScriptedProvider { request in
                if request.query?.contains("dryRun") == true {
                    return .answer(
                        "200 OK",
                        headers: ["Content-Type: application/json"],
                        body: plan
                    )
                }
                return cut.isEmpty ? .close : .bytes(cut)
            }
            let process = try RunningProcess(
                ["apply", "-f", file, "--server", server.url],
                variables: ["BINDERY_KEY": "some-key-of-a-test"],
                in: folder
            )
            #expect(try await process.ending() == .exit(1))
            #expect(process.output.contains("+ create PolicyRule a"))
            #expect(!process.output.contains("Applied"))
            #expect(process.errors.contains("as a whole or not at all"), "\(process.errors)")
            #expect(!process.errors.contains("some-key-of-a-test"))
        }
    }

    @Test func `a missing folder, and a server that is not there, are errors`() async throws {
        let line = try CommandLine(try await BinderyServer.started())
        #expect(try await line.run("diff", "-f", line.folder.path("none")).ending == .exit(1))
        let set = try line.write("a.json", Self.rule("a"))
        try await line.server.must("GET", "/v1/policies")
        let process = try RunningProcess(
            ["diff", "-f", set, "--server", "http://127.0.0.1:1"],
            variables: ["BINDERY_KEY": "some-key"],
            in: line.folder
        )
        #expect(try await process.ending() == .exit(1))
        #expect(process.errors.contains("127.0.0.1:1"))
    }
}
