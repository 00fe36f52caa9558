import Foundation
import JSON
import Testing
import Waiting

/// `bindery get`, `resolve`, `explain` and the steps of a config, against a real server and
/// provider.
@Suite struct ObjectCommandTests {
    private static let line = "invoice-app/sandbox"
    private static let acme = ["--tenant", "acme-corp"]

    private func seeded() async throws -> CommandLine {
        let line = try CommandLine(try await BinderyServer.started())
        for folder in ["catalogue", "demo"] {
            let path = Repository.path("config/\(folder)")
            for name in try FileManager.default.contentsOfDirectory(atPath: path) {
                let text = try String(contentsOfFile: "\(path)/\(name)", encoding: .utf8)
                try line.write(name, text.replacing(#""published""#, with: #""draft""#))
            }
        }
        let run = try await line.run("apply", "-f", line.folder.path("set"))
        guard run.ending == .exit(0) else { throw Missing(what: "the seed: \(run)") }
        return line
    }

    private static let lists: [([String], Int)] = [
        (["specs"], Repository.catalogueCount), (["blueprints"], 2), (["tenants"], 1),
        (["policies"], 0), (["keys"], 0),
        (["connections", "--tenant", "acme-corp"], 6), (["configs", "--tenant", "acme-corp"], 3),
        (["policies", "--tenant", "acme-corp"], 0), (["specs", "payments.stripe"], 1),
        (["configs", "invoice-app/sandbox", "--tenant", "acme-corp"], 1),
        (["connections", "--tenant", "acme-corp", "--filter", "environment=sandbox"], 1),
        (["connections", "--tenant", "acme-corp", "--limit", "2"], 2),
    ]

    @Test(arguments: lists)
    func `a list is JSON where no terminal is`(_ arguments: [String], _ count: Int) async throws {
        let line = try await seeded()
        let run = try await line.run(["get"] + arguments)
        #expect(run.ending == .exit(0), "\(run)")
        #expect(try run.json["items"]?.array?.count == count, "\(run)")
        #expect(run.errors.contains("there are more") == arguments.contains("--limit"))
    }

    private static let objects: [([String], String, String)] = [
        (["specs", "payments.stripe@1"], "/meta/key", "payments.stripe"),
        (["blueprints", "invoice-app@1"], "/meta/name", "invoice-app"),
        (
            ["connection", "conn_qdrant_prod", "--tenant", "acme-corp"], "/meta/id",
            "conn_qdrant_prod"
        ),
        (["configs", "invoice-app/sandbox@1", "--tenant", "acme-corp"], "/meta/status", "preview"),
    ]

    @Test(arguments: objects)
    func `an object is read by its name`(
        _ arguments: [String],
        _ pointer: String,
        _ value: String
    ) async throws {
        let run = try await seeded().run(["get"] + arguments)
        #expect(run.ending == .exit(0), "\(run)")
        let place = try #require(JSONPointer(pointer))
        #expect(try run.json.at(place)?.string == value)
    }

    private static let reaches: [([String], Int)] = [
        (["--workflow", "checkout"], 2), (["--workflow", "not-known-yet"], 2),
        (["--operation", "payments.stripe.createPaymentIntent"], 1),
        (["--connection", "conn_qdrant_prod"], 0),
        (["--workflow", "checkout", "--environment", "staging"], 0),
    ]

    @Test(arguments: reaches)
    func `who can use what is asked from each side`(
        _ arguments: [String],
        _ count: Int
    ) async throws {
        let run = try await seeded().run(["reach", "--tenant", "acme-corp"] + arguments)
        #expect(run.ending == .exit(0), "\(run)")
        #expect(try run.json["items"]?.array?.count == count, "\(run)")
    }

    private static let mistakes: [([String], Int32)] = [
        (["get"], 2), (["get", "conections"], 2), (["get", "connections"], 2),
        (["get", "specs", "--tenant", "acme-corp"], 2), (["get", "specs", "../keys"], 2),
        (["get", "policies", "a@1"], 2), (["get", "keys", "a", "b"], 2),
        (["get", "connections", "--tenant", "a/../b"], 2), (["get", "specs", "--limit", "0"], 2),
        (["get", "specs", "--filter", "limit=1"], 2), (["get", "specs", "--filter", "x"], 2),
        (["get", "entities", "alice", "--tenant", "acme-corp"], 2),
        (["reach", "--workflow", "checkout"], 2), (["reach", "--tenant", "acme-corp"], 2),
        (["reach", "--tenant", "a", "--workflow", "a", "--operation", "b"], 2),
        (["reach", "--tenant", "a", "--workflow", "a/b"], 2),
        (["reach", "--tenant", "a", "--connection", "c", "--environment", "e"], 2),
        (["get", "specs", "none@1"], 1), (["get", "specs", "--filter", "colour=red"], 1),
        (["versions", "invoice-app"], 2), (["resolve", "a/b@1", "--tenant", "t"], 2),
        (["publish", "a/b", "--tenant", "t"], 2), (["publish", "a/b@0", "--tenant", "t"], 2),
        (["explain", "a/b", "--tenant", "t"], 2), (["execute", "a/b", "--tenant", "t"], 2),
        (["promote", "a/b", "--tenant", "t"], 2), (["rollback", "a/b", "--tenant", "t"], 2),
        (["promote", "a/b", "--tenant", "t", "--to", "x", "--connection", "a"], 2),
        (["resolve", "a/b", "--tenant", "t"], 1),
    ]

    @Test(arguments: mistakes)
    func `what makes no sense is 2, what is not there is 1`(
        _ arguments: [String],
        _ code: Int32
    ) async throws {
        let run = try await CommandLine(try await BinderyServer.started()).run(arguments)
        #expect(run.ending == .exit(code), "\(run)")
        #expect(run.output.isEmpty && run.errors.hasPrefix("bindery: "), "\(run)")
        if code == 1 { #expect(run.errors.contains(/40[04] [A-Z_]+:/)) }
    }

    @Test func `a config is judged, taken on, promoted and rolled back`() async throws {
        let line = try await seeded()
        let versions = try await line.run(["versions", Self.line] + Self.acme).json
        #expect(versions["items"]?.array?.count == 1)
        let resolved = try await line.run(
            ["resolve", Self.line, "--workflow", "checkout"] + Self.acme
        )
        #expect(resolved.ending == .exit(0), "\(resolved)")
        #expect(try resolved.json["environment"] == "sandbox")
        let capability = "payments.createPaymentIntent"
        let explained = try await line.run(
            ["explain", Self.line, "--capability", capability, "--workflow", "checkout"] + Self.acme
        )
        #expect(
            try explained.json["winner"]?["connectionId"] == "conn_stripe_acme_test",
            "\(explained)"
        )
        let report = try await line.run(["validate", "\(Self.line)@1"] + Self.acme)
        #expect(try report.json["valid"]?.bool == (report.ending == .exit(0)), "\(report)")
        // Nothing answers at the provider, so that the gate of publish is shut.
        let publish = try await line.run(
            ["publish", "\(Self.line)@1", "--summary", "go"] + Self.acme
        )
        #expect(publish.ending == .exit(1))
        #expect(publish.errors.contains("422 VALIDATION_FAILED"), "\(publish)")
        #expect(publish.errors.contains("#/integrations/0/connectionId HEALTH_CHECK_FAILED"))
        let glass = try await line.run(
            ["publish", "\(Self.line)@1", "--break-glass", "short"] + Self.acme
        )
        #expect(glass.ending == .exit(1))
        #expect(glass.errors.contains("#/breakGlass/reason INVALID_VALUE"), "\(glass)")
        let unmapped = try await line.run(["promote", Self.line, "--to", "production"] + Self.acme)
        #expect(unmapped.ending == .exit(1))
        #expect(unmapped.errors.contains("UNMAPPED_CONNECTIONS"), "\(unmapped)")
        #expect(unmapped.errors.contains("conn_stripe_acme_prod"), "the candidates: \(unmapped)")
        let mapping = "conn_stripe_acme_test=conn_stripe_acme_prod"
        let dry = try await line.run(
            ["promote", Self.line, "--to", "production", "--connection", mapping, "--dry-run"]
                + Self.acme
        )
        #expect(try dry.json["meta"]?["status"] == "draft", "\(dry)")
        let archive = try await line.run(["archive", "\(Self.line)@1"] + Self.acme)
        #expect(try archive.json["meta"]?["status"] == "archived", "\(archive)")
        let back = try await line.run(["rollback", Self.line, "--to-version", "7"] + Self.acme)
        #expect(back.ending == .exit(1) && back.errors.contains("404 "), "\(back)")
    }

    @Test func `a call's input is read from a file, and its refusal tells why`() async throws {
        let line = try await seeded()
        try line.write("input.json", #"{"amount": 1200, "currency": "eur"}"#)
        try line.write("bad.json", #"{"amount": 1200,"#)
        let call =
            ["execute", Self.line, "--capability", "payments.createPaymentIntent"] + Self.acme
        let file = line.folder.path("set/input.json")
        #expect(try await line.run(call + ["--input", file]).ending == .exit(2))
        let named = call + ["--workflow", "checkout"]
        let bad = try await line.run(named + ["--input", line.folder.path("set/bad.json")])
        #expect(bad.ending == .exit(1) && bad.errors.contains("bad.json# byte "), "\(bad)")
        let none = try await line.run(named + ["--input", line.folder.path("none")])
        #expect(none.ending == .exit(1))
        let run = try await line.run(named + ["--input", file, "--idempotency-key", "once"])
        #expect(run.ending == .exit(1), "\(run)")
        #expect(run.errors.contains(/50[0-9] [A-Z_]+:/), "\(run)")
        let late = try await line.run(named + ["--timeout-ms", "0"])
        #expect(late.ending == .exit(2))
    }
}
