import JSON
import Testing
import Waiting

/// A wrong setting ends the start, and is named (API section 9).
@Suite struct SettingsTests {
    /// Flags, variables, the settings file, and what must be named.
    struct Wrong: Sendable, CustomTestStringConvertible {
        var flags: [String] = []
        var variables: [String: String] = [:]
        var file: String?
        let names: String

        var testDescription: String { names }
    }

    static let wrong: [Wrong] = [
        Wrong(flags: ["--lissten", "127.0.0.1:0"], names: "--lissten"),
        Wrong(flags: ["--listen"], names: "--listen"),
        Wrong(flags: ["--listen", "nowhere"], names: "--listen"),
        Wrong(flags: ["--limits-body-bytes", "0"], names: "--limits-body-bytes"),
        Wrong(flags: ["--outbound-allow", "127.0.0.0/33"], names: "--outbound-allow"),
        Wrong(flags: ["--tls-cert", "cert.pem"], names: "--tls-cert"),
        Wrong(flags: ["--access-log-path", ""], names: "--access-log-path"),
        Wrong(flags: ["--access-log-sample", "1.1"], names: "--access-log-sample"),
        Wrong(flags: ["extra"], names: "extra"),
        Wrong(variables: ["BINDERY_LISTEM": "127.0.0.1:0"], names: "BINDERY_LISTEM"),
        Wrong(variables: ["BINDERY_LISTEN": "nowhere"], names: "BINDERY_LISTEN"),
        Wrong(variables: ["BINDERY_BOOTSTRAP_KEY": "short"], names: "BINDERY_BOOTSTRAP_KEY"),
        Wrong(
            variables: ["BINDERY_BOOTSTRAP_KEY": String(repeating: "k", count: 31)],
            names: "BINDERY_BOOTSTRAP_KEY"
        ),
        Wrong(variables: ["BINDERY_BOOTSTRAP_KEY": ""], names: "BINDERY_BOOTSTRAP_KEY"),
        Wrong(file: "{\"lisTen\": \"127.0.0.1:0\"}", names: "lisTen"),
        Wrong(file: "{\"limits\": {\"bodyByte\": 1024}}", names: "limits.bodyByte"),
        Wrong(file: "{\"limits\": 3}", names: "limits"),
        Wrong(file: "{\"drainSeconds\": \"x\"}", names: "drainSeconds"),
        Wrong(file: "{\"drainSeconds\": 1,}", names: "settings.json"),
        Wrong(flags: ["--config", "none.json"], names: "none.json"),
    ]

    @Test(arguments: wrong)
    func `a wrong setting is named, and nothing is started`(_ wrong: Wrong) async throws {
        let folder = try TemporaryFolder()
        var flags = wrong.flags
        if let file = wrong.file { flags += ["--config", try folder.write("settings.json", file)] }
        let process = try RunningProcess(
            ["serve", "--data", folder.path("data")] + flags,
            variables: wrong.variables,
            in: folder
        )
        guard case .exit(let status) = try await process.ending() else {
            Issue.record("it was killed")
            return
        }
        #expect(status == 2)
        #expect(process.errors.contains(wrong.names), "\(process.errors)")
        #expect(process.output.isEmpty)
        for value in wrong.variables.values where value.count > 4 {
            // What is wrong may be a secret in a wrong place.
            #expect(!process.errors.contains(value) || value.hasPrefix("127."), "\(process.errors)")
        }
        #expect(folder.files().allSatisfy { !$0.contains("/data/") })
    }

    @Test func `a flag goes over a variable, the variable over the file`() async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(
            "settings.json",
            "{\"limits\": {\"bodyBytes\": 2048, \"targetBytes\": 300, \"headerBytes\": 4096}}"
        )
        let server = BinderyServer(
            in: folder,
            flags: ["--config", file, "--limits-body-bytes", "1024"],
            variables: [
                "BINDERY_BOOTSTRAP_KEY": BinderyServer.bootstrapKey,
                "BINDERY_LIMITS_BODY_BYTES": "1500", "BINDERY_LIMITS_TARGET_BYTES": "400",
            ]
        )
        try await server.start()
        let description = String(repeating: "x", count: 1100)
        let large = try await server.send(
            "PUT",
            "/v1/policies/p",
            ["effect": "forbid", "description": .string(description)]
        )
        #expect(large.status == 413, "\(large)")
        for (length, status) in [(400, 404), (401, 414)] {
            let target = "/" + String(repeating: "a", count: length - 1)
            #expect(try await server.send("GET", target).status == status)
        }
        let header = "X-Long: " + String(repeating: "h", count: 4096)
        #expect(try await server.send("GET", "/livez", headers: [header]).status == 431)
    }

    @Test func `an address that is taken is told in one line`() async throws {
        let provider = try ScriptedProvider()
        defer { provider.stop() }
        let folder = try TemporaryFolder()
        let address = String(provider.url.dropFirst("http://".count))
        let process = try RunningProcess(
            ["serve", "--listen", address, "--data", folder.path("data")],
            in: folder
        )
        #expect(try await process.ending() == .exit(1))
        #expect(process.errors.contains(address), "\(process.errors)")
        // A start that fails makes no key that nobody gets to see.
        #expect(!process.output.contains("bnd_"))
    }
}
