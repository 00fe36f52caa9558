import Glibc
import HTTPWire
import JSON
import Testing
import Waiting

/// `local://`: values that are put by HTTP and go to the provider alone.
@Suite struct LocalSecretTests {
    private static let value = "sk_live_51HxAbCdEfGhIjKlMnOpQr"
    private static let other = "sk_live_99ZzYyXxWwVvUuTtSsRrQq"
    private static let path = ProviderWorld.tenant + "/secrets/stripe"
    private static let key = String(repeating: "c3", count: 32)

    private func started(keyFile: String, in folder: TemporaryFolder) async throws -> BinderyServer
    {
        let flags = ["--outbound-allow", "127.0.0.0/8", "--secrets-local-key-file", keyFile]
        let server = BinderyServer(in: folder, flags: flags)
        try await server.start()
        return server
    }

    @Test func `a value reaches the provider, is kept sealed, and outlives a kill and a key`()
        async throws
    {
        let provider = try ScriptedProvider()
        defer { provider.stop() }
        let folder = try TemporaryFolder()
        let keys = folder.path("keys")
        try folder.write("keys", Self.key)
        let server = try await started(keyFile: keys, in: folder)
        try await server.must("PUT", Self.path, ["value": ["apiKey": .string(Self.value)]])
        let world = try await ProviderWorld(
            over: server,
            url: provider.url,
            secret: "local://stripe"
        )
        func use(_ reference: String) async throws {
            let target = ProviderWorld.tenant + "/connections/conn"
            var body = ProviderWorld.connection(reference).object ?? [:]
            body["status"] = "active"
            try await server.must("PUT", target, .object(body))
        }
        func expectShown(_ value: String) async throws {
            let answer = try await world.execute()
            #expect(answer.status == 200, "\(answer)")
            #expect(provider.requests.last?.header("authorization") == "Bearer \(value)")
        }
        try await use("local://stripe")
        try await expectShown(Self.value)
        // Another value is used from the next call on.
        try await server.must("PUT", Self.path, ["value": ["apiKey": .string(Self.other)]])
        try await expectShown(Self.other)
        try folder.write("keys", String(repeating: "d4", count: 32) + "\n" + Self.key)
        let report = try await server.must("POST", "/v1/secrets/rotate-key").json
        #expect(report["resealed"] == 1)
        #expect(report["keys"]?.array?.last?["needed"] == false)
        try folder.write("keys", String(repeating: "d4", count: 32))
        try await server.end(SIGKILL)
        try await server.start()
        try await expectShown(Self.other)
        try await server.end(SIGTERM)
        for file in folder.files() {
            for value in [Self.value, Self.other] {
                #expect(try !holds(file, Array(value.utf8)), "\(file)")
            }
        }
        #expect(!server.log.contains(Self.value))
    }

    @Test func `without its key a value is an error that names the key`() async throws {
        let provider = try ScriptedProvider()
        defer { provider.stop() }
        let folder = try TemporaryFolder()
        try folder.write("keys", Self.key)
        let server = try await started(keyFile: folder.path("keys"), in: folder)
        let made = try await server.must("PUT", Self.path, ["value": .string(Self.value)]).json
        let world = try await ProviderWorld(
            over: server,
            url: provider.url,
            secret: "local://stripe"
        )
        var body = ProviderWorld.connection("local://stripe").object ?? [:]
        body["status"] = "active"
        try await server.must("PUT", ProviderWorld.tenant + "/connections/conn", .object(body))
        try await server.end(SIGTERM)
        try folder.write("keys", String(repeating: "d4", count: 32))
        try await server.start()
        let answer = try await world.execute()
        #expect(answer.status == 502)
        #expect(answer.code == "SECRET_UNAVAILABLE")
        let key = try #require(made["keyId"]?.string)
        #expect(answer.json["detail"]?.string?.contains(key) == true)
        #expect(provider.requests.isEmpty)
    }

    @Test(arguments: [
        ("", "holds no key"), ("c3c3", "key 1"), ("not a key at all", "key 1"),
        (String(repeating: "c3", count: 31), "key 1"),
    ])
    func `keys that are none stop the start in one line`(
        _ text: String,
        _ words: String
    )
        async throws
    {
        let folder = try TemporaryFolder()
        try folder.write("keys", text)
        let flags = ["--secrets-local-key-file", folder.path("keys")]
        let process = try BinderyServer(in: folder, flags: flags).launch()
        #expect(try await process.ending() == .exit(1))
        #expect(process.errors.contains("secrets.local.keyFile"))
        #expect(process.errors.contains(words), "\(process.errors)")
        if !text.isEmpty { #expect(!process.errors.contains(text)) }
    }

    @Test func `without a key the store takes nothing, and says so`() async throws {
        let server = try await BinderyServer.started()
        let answer = try await server.send("PUT", Self.path, ["value": "v"])
        #expect(answer.status == 409)
        #expect(answer.code == "SECRET_STORE_NOT_CONFIGURED")
    }
}
