import JSON
import Testing
import Waiting

/// `bindery import` of documents as others write them, and their way into a server.
@Suite struct ImportCommandTests {
    private static func connection(_ id: String, _ status: String) -> String {
        """
        {"meta": {"id": "\(id)", "integrationKey": "payments.stripe", "integrationVersion": 1,
                  "label": "An account", "environment": "sandbox"},
         "ownershipMode": "byok", "secretRef": "vault://a/b", "status": "\(status)",
         "config": {"accountId": "acct_1", "webhookUrl": "https://acme.app/hook"}}
        """
    }

    private func run(_ line: CommandLine, _ arguments: [String]) async throws -> CommandLine.Run {
        let process = try RunningProcess(["import"] + arguments, in: line.folder)
        let ending = try await process.ending()
        return CommandLine.Run(ending: ending, output: process.output, errors: process.errors)
    }

    @Test(arguments: [
        ("connected", "active"), ("disconnected", "draft"), ("error", "draft"),
        ("unknown", "draft"),
        ("active", "active"),
    ])
    func `a connection's status is one of ours, and that is said`(
        _ theirs: String,
        _ ours: String
    ) async throws {
        let line = try CommandLine(try await BinderyServer.started())
        let set = try line.write("c.json", Self.connection("conn", theirs))
        let run = try await run(line, ["-f", set, "--tenant", "acme"])
        #expect(run.ending == .exit(0), "\(run)")
        #expect(try run.json["object"]?["status"]?.string == ours)
        #expect(try run.json["tenantId"] == "acme")
        let note = "c.json#/status: \(theirs) becomes \(ours)"
        #expect(run.errors.contains(note) == (theirs != ours), "\(run)")
    }

    @Test func `what is imported is applied, and exported the same`() async throws {
        let line = try CommandLine(try await BinderyServer.started())
        let stripe = Repository.path("config/catalogue/payments.stripe.json")
        try line.write(
            "blueprint.json",
            """
            {"meta": {"key": "shop", "version": "1.4.0-rc.1+build.7", "title": "Shop", "appId": "shop"},
             "integrationSlots": [{"slotId": "payments.primary", "requiredCategory": "payments", "required": true,
               "requiredCapabilities": [{"key": "payments.createPaymentIntent"}],
               "allowedModes": ["byok"]}]}
            """
        )
        try line.write("connection.json", Self.connection("conn", "connected"))
        try line.write(
            "config.json",
            """
            {"meta": {"blueprint": {"key": "shop", "version": "1.4.0-rc.1+build.7"},
                      "environment": "sandbox", "status": "preview"},
             "integrations": [{"slotId": "payments.primary", "connectionId": "conn"}]}
            """
        )
        let set = line.folder.path("set")
        let target = line.folder.path("out")
        let imported = try await run(
            line,
            ["-f", set, "-f", stripe, "--tenant", "acme", "--to", target]
        )
        #expect(imported.ending == .exit(0), "\(imported)")
        let files = try line.files("out")
        #expect(
            Set(files.keys) == [
                "specs/payments.stripe@1.json", "blueprints/shop@1.4.0-rc.1+build.7.json",
                "tenants/acme/connections/conn.json", "tenants/acme/configs/shop/sandbox.json",
            ]
        )
        let apply = try await line.run("apply", "-f", target)
        #expect(apply.ending == .exit(0), "\(apply)")
        #expect(try await line.run("diff", "-f", target, "--prune").ending == .exit(0))
        let read = try await line.run("get", "blueprints", "shop@1.4.0-rc.1+build.7")
        #expect(try read.json["meta"]?["version"] == "1.4.0-rc.1+build.7", "\(read)")
        let again = try await line.run("export", "--to", line.folder.path("again"))
        #expect(again.ending == .exit(0))
        #expect(Set(try line.files("again").keys) == Set(files.keys))
    }

    @Test func `an object of nobody, one that is none, and one twice are refused`() async throws {
        let line = try CommandLine(try await BinderyServer.started())
        let set = try line.write("c.json", Self.connection("conn", "connected"))
        let nobody = try await run(line, ["-f", set])
        #expect(nobody.ending == .exit(1) && nobody.errors.contains("c.json: "), "\(nobody)")
        #expect(try await run(line, ["-f", set, "--tenant", "a/b"]).ending == .exit(2))
        #expect(try await run(line, ["--tenant", "a"]).ending == .exit(2))
        try line.write("d.json", Self.connection("conn", "error"))
        let twice = try await run(
            line,
            ["-f", set, "--tenant", "a", "--to", line.folder.path("out")]
        )
        #expect(twice.ending == .exit(1) && twice.errors.contains("twice"), "\(twice)")
        let none = try line.write("x.json", "[]", in: "none")
        #expect(try await run(line, ["-f", none]).ending == .exit(1))
    }
}
