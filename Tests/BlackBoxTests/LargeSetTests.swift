import Glibc
import JSON
import Testing
import Waiting

/// Ten thousand objects in one call, and one more.
@Suite struct LargeSetTests {
    private func rules(_ count: Int) -> String {
        (0..<count)
            .map { index in
                let tenant = "t\(index % 20)"
                return
                    #"{"kind":"PolicyRule","tenantId":"\#(tenant)","object":{"id":"r\#(index)","effect":"forbid"}}"#
            }
            .joined(separator: "\n")
    }

    @Test func `ten thousand come about at once, and the next is refused`() async throws {
        let server = try await BinderyServer.started(flags: ["--limits-body-bytes", "16777216"])
        let line = try CommandLine(server)
        let more = try line.write("all.ndjson", rules(10_001), in: "more")
        let refused = try await line.run("apply", "-f", more)
        #expect(refused.ending == .exit(1), "\(refused.ending)")
        #expect(refused.errors.contains("LIMIT_EXCEEDED"), "\(refused.errors.prefix(500))")
        #expect(refused.errors.contains("at most 10000"))
        let most = try line.write("all.ndjson", rules(10_000), in: "most")
        let apply = try await line.run("apply", "-f", most)
        #expect(apply.ending == .exit(0), "\(apply.errors.prefix(500))")
        #expect(apply.output.contains("10000 to create"))
        #expect(apply.output.hasSuffix("Applied at revision 1.\n"))
        #expect(try await line.run("diff", "-f", most, "--prune").ending == .exit(0))
        #expect(try await server.must("GET", "/v1/audit/verify").json["valid"] == true)
        #expect(try await line.run("export", "--to", line.folder.path("out")).ending == .exit(0))
        #expect(try line.files("out").count == 10_000)
        #expect(try await line.run("diff", "-f", line.folder.path("out")).ending == .exit(0))
        // All of it is there after a crash.
        try await server.end(SIGKILL)
        try await server.start()
        #expect(try await line.run("diff", "-f", most, "--prune").ending == .exit(0))
    }

    @Test func `a set of one tenant's connections takes memory for each once`() async throws {
        let server = try await BinderyServer.started(flags: ["--limits-body-bytes", "16777216"])
        let line = try CommandLine(server)
        let connections = (0..<5000)
            .map { index in
                #"{"kind":"IntegrationConnection","tenantId":"one","object":{"meta":{"id":"c\#(index)","#
                    + #""integrationKey":"payments.stripe","integrationVersion":1,"label":"c","#
                    + #""environment":"sandbox"},"ownershipMode":"byok","secretRef":"vault://a/b"}}"#
            }
        let set = try line.write("all.ndjson", connections.joined(separator: "\n"))
        let stripe = Repository.path("config/catalogue/payments.stripe.json")
        let apply = try await line.run("apply", "-f", set, "-f", stripe)
        #expect(apply.ending == .exit(0), "\(apply.errors.prefix(500))")
        // When each change kept the tables before it, 5,000 took gigabytes; they take some 70 MB.
        let most = try server.process.memoryByteCountMax
        #expect(most > 0 && most < 512 << 20, "\(most >> 20) MiB")
    }

    @Test func `a server that is killed while a set comes about has all of it or nothing`()
        async throws
    {
        let server = try await BinderyServer.started(flags: ["--limits-body-bytes", "16777216"])
        let line = try CommandLine(server)
        let set = try line.write("all.ndjson", rules(5000))
        for milliseconds in [0, 100, 400, 1000] {
            let apply = try RunningProcess(
                ["apply", "-f", set, "--server", "http://\(try server.address)"],
                variables: ["BINDERY_KEY": BinderyServer.bootstrapKey],
                in: server.folder
            )
            // The plan is shown right before the set is sent.
            try await Wait.until("a plan") {
                apply.output.contains("Plan at") || !apply.isRunning
            }
            try await Task.sleep(for: .milliseconds(milliseconds))
            try await server.end(SIGKILL)
            let ending = try await apply.ending()
            try await server.start()
            let rules = try await line.run("export").output.split(separator: "\n").count
            #expect(rules == 0 || rules == 5000)
            #expect(ending == .exit(0) ? rules == 5000 : ending == .exit(1))
            #expect(try await server.must("GET", "/v1/audit/verify").json["valid"] == true)
        }
    }

    @Test func `a set beyond the server's bound of a body is told what to do`() async throws {
        let line = try CommandLine(try await BinderyServer.started())
        let set = try line.write("all.ndjson", rules(20_000))
        let run = try await line.run("apply", "-f", set)
        #expect(run.ending == .exit(1))
        #expect(run.errors.contains("413 ") && run.errors.contains("limits.bodyBytes"), "\(run)")
    }
}
