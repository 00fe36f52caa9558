import HTTPWire
import JSON
import Testing

/// What a caller is told when a provider or a secret does not do its part (API sections 7 and 10).
@Suite struct ProviderFailureTests {
    private func expect(
        _ answer: WireAnswer,
        _ status: Int,
        _ code: String,
        in world: ProviderWorld
    ) async throws {
        #expect(answer.status == status, "\(answer)")
        #expect(answer.code == code, "\(answer)")
        #expect(answer["content-type"] == "application/problem+json")
        #expect(answer.json["requestId"]?.string == answer["x-request-id"])
        let record = try await world.record(of: answer)
        #expect(record["kind"] == "call")
        #expect(record["outcome"] == "failure")
        #expect(record["connectionId"] == "conn")
    }

    @Test func `a provider that works is answered with its own answer`() async throws {
        let provider = try ScriptedProvider()
        defer { provider.stop() }
        let world = try await ProviderWorld(url: provider.url)
        let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        let answer = try await world.execute(
            "pay",
            headers: ["traceparent: \(trace)", "tracestate: rojo=1", "Idempotency-Key: k1"]
        )
        #expect(answer.status == 200, "\(answer)")
        #expect(answer.json["output"] == ["id": "ch_1"])
        #expect(answer.json["connectionId"] == "conn")
        #expect(answer.json["attempts"] == 1)
        let request = try #require(provider.requests.first)
        #expect(request.header("authorization") == "Bearer key-of-the-provider")
        #expect(request.header("idempotency-key") == "k1")
        #expect(request.header("traceparent")?.contains("0af7651916cd43dd8448eb211c80319c") == true)
        #expect(request.header("traceparent")?.contains("b7ad6b7169203331") == false)
        #expect(request.header("tracestate") == "rojo=1")
        #expect(String(decoding: request.body, as: UTF8.self) == "{\"amount\":5000}")
        // The same key again is the same answer, and no second call.
        let again = try await world.execute("pay", headers: ["Idempotency-Key: k1"])
        #expect(again["idempotency-replayed"] == "true")
        #expect(again.json == answer.json)
        #expect(provider.requests.count == 1)
    }

    @Test func `nobody listens`() async throws {
        let world = try await ProviderWorld(url: ScriptedProvider.closedURL)
        try await expect(try await world.execute(), 502, "PROVIDER_UNREACHABLE", in: world)
    }

    @Test func `the connection is closed without an answer, and the call is not repeated`()
        async throws
    {
        let provider = try ScriptedProvider { _ in .close }
        defer { provider.stop() }
        let world = try await ProviderWorld(url: provider.url)
        try await expect(try await world.execute(), 502, "PROVIDER_UNREACHABLE", in: world)
        #expect(provider.requests.count == 1)
    }

    @Test func `a provider that hangs is given up at the deadline`() async throws {
        let provider = try ScriptedProvider { _ in .hold }
        defer { provider.stop() }
        let world = try await ProviderWorld(url: provider.url)
        let answer = try await world.execute(timeout: 600)
        try await expect(answer, 504, "PROVIDER_TIMEOUT", in: world)
        #expect(provider.requests.count == 1)
    }

    @Test(arguments: ["garbage\r\n\r\n", "HTTP/1.1 abc OK\r\n\r\n", "\u{0}\u{1}\u{2}"])
    func `what is no HTTP is an error of the provider`(_ bytes: String) async throws {
        let provider = try ScriptedProvider { _ in .bytes(bytes) }
        defer { provider.stop() }
        let world = try await ProviderWorld(url: provider.url)
        let answer = try await world.execute()
        try await expect(answer, 502, "PROVIDER_ERROR", in: world)
        #expect(answer.json["provider"]?["status"] == .null)
        #expect(provider.requests.count == 1)
    }

    /// An answer that has a status and cannot be read, and the status.
    @Test(arguments: [
        ("302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n", 302),
        ("200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nplain", 200),
        ("200 OK\r\nContent-Encoding: zz\r\nContent-Length: 2\r\n\r\n{}", 200),
    ])
    func `what cannot be read is told in our words, with the status that was answered`(
        _ bytes: String,
        _ status: Int64
    ) async throws {
        let provider = try ScriptedProvider { _ in .bytes("HTTP/1.1 " + bytes) }
        defer { provider.stop() }
        let world = try await ProviderWorld(url: provider.url)
        let answer = try await world.execute("balance")
        try await expect(answer, 502, "PROVIDER_ERROR", in: world)
        #expect(answer.json["provider"] == ["status": .integer(status), "body": .null])
        let detail = answer.json["detail"]?.string ?? ""
        #expect(detail.contains("answered \(status), and what cannot be read"), "\(detail)")
        let record = try await world.record(of: answer)
        #expect(record["response"]?["status"] == .integer(status), "\(record)")
    }

    @Test func `an answer that ends before its length is no answer`() async throws {
        let provider = try ScriptedProvider { _ in
            .bytes("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"id\":")
        }
        defer { provider.stop() }
        let world = try await ProviderWorld(url: provider.url)
        let answer = try await world.execute()
        #expect(answer.status == 502, "\(answer)")
        #expect(provider.requests.count == 1)
    }

    @Test(arguments: ["400 Bad Request", "404 Not Found", "500 Internal Server Error"])
    func `an error that a provider answers is passed on with its body`(
        _ status: String
    )
        async throws
    {
        let body = "{\"error\":{\"code\":\"card_declined\"}}"
        let provider = try ScriptedProvider { _ in .answer(status, body: body) }
        defer { provider.stop() }
        let world = try await ProviderWorld(url: provider.url)
        let answer = try await world.execute()
        try await expect(answer, 502, "PROVIDER_ERROR", in: world)
        let number = Int64(status.prefix(3))
        #expect(answer.json["provider"]?["status"]?.integer == number)
        #expect(answer.json["provider"]?["body"] == ["error": ["code": "card_declined"]])
        #expect(provider.requests.count == 1)
    }

    /// The capability, and how often its provider is asked that answers 503.
    @Test(arguments: [("charge", 1), ("pay", 3), ("balance", 3)])
    func `only what may be repeated is repeated`(_ name: String, _ count: Int) async throws {
        let provider = try ScriptedProvider { _ in .answer("503 Busy", body: "{}") }
        defer { provider.stop() }
        let world = try await ProviderWorld(url: provider.url)
        let answer = try await world.execute(name)
        try await expect(answer, 502, "PROVIDER_ERROR", in: world)
        #expect(answer.json["attempts"]?.integer == Int64(count))
        #expect(provider.requests.count == count)
        let keys = Set(provider.requests.map { $0.header("idempotency-key") })
        #expect(keys.count == 1)
    }

    @Test func `a provider that failed five times in a row is left alone for a while`()
        async throws
    {
        let provider = try ScriptedProvider { _ in .answer("500 Oops", body: "{}") }
        defer { provider.stop() }
        let world = try await ProviderWorld(url: provider.url)
        for _ in 1...5 { #expect(try await world.execute().status == 502) }
        let answer = try await world.execute()
        #expect(answer.status == 503, "\(answer)")
        #expect(answer.code == "CIRCUIT_OPEN")
        #expect((1...31).contains(answer["retry-after"].flatMap { Int($0) } ?? 0))
        #expect(provider.requests.count == 5)
        let usage = try await world.server.must(
            "GET",
            ProviderWorld.tenant + "/connections/conn/usage"
        )
        #expect(usage.json["breaker"] == "open")
    }

    @Test(arguments: ["env://BINDERY_SECRET_NONE", "file://none.json", "local://none"])
    func `a secret that is not there`(_ reference: String) async throws {
        let provider = try ScriptedProvider()
        defer { provider.stop() }
        let world = try await ProviderWorld(url: provider.url)
        try await world.point(at: reference)
        try await expect(try await world.execute(), 502, "SECRET_UNAVAILABLE", in: world)
        #expect(provider.requests.isEmpty)
    }

    @Test func `a secret without the field that the call needs`() async throws {
        let provider = try ScriptedProvider()
        defer { provider.stop() }
        let world = try await ProviderWorld(
            url: provider.url,
            secrets: ["BINDERY_SECRET_A": "{\"other\":\"text-of-another-field\"}"]
        )
        let answer = try await world.execute()
        try await expect(answer, 502, "SECRET_UNAVAILABLE", in: world)
        #expect(!answer.text.contains("text-of-another-field"))
    }

    /// The token in the server's file, and what the Vault makes of it.
    @Test(arguments: [("right-token", true), ("wrong-token", false)])
    func `a Vault takes its own token only`(_ token: String, _ isRight: Bool) async throws {
        let vault = try ScriptedProvider { request in
            guard request.header("x-vault-token") == "right-token" else {
                return .answer("403 Forbidden", body: "{\"errors\":[\"permission denied\"]}")
            }
            return .answer(
                "200 OK",
                body: "{\"data\":{\"data\":{\"apiKey\":\"key-in-the-vault\"}}}"
            )
        }
        let provider = try ScriptedProvider()
        defer {
            vault.stop()
            provider.stop()
        }
        let folder = try TemporaryFolder()
        let world = try await ProviderWorld(
            url: provider.url,
            flags: [
                "--secrets-vault-address", vault.url,
                "--secrets-vault-token-file", try folder.write("token", token + "\n"),
            ]
        )
        try await world.point(at: "vault://acme/conn")
        let answer = try await world.execute()
        if isRight {
            #expect(answer.status == 200, "\(answer)")
            #expect(provider.requests.first?.header("authorization") == "Bearer key-in-the-vault")
            #expect(vault.requests.first?.path == "/v1/secret/data/acme/conn")
        } else {
            try await expect(answer, 502, "SECRET_UNAVAILABLE", in: world)
            #expect(provider.requests.isEmpty)
        }
        for text in [world.server.log] + world.server.answers.map(\.text) {
            #expect(!text.contains(token))
            #expect(!text.contains("key-in-the-vault"))
        }
    }

    @Test func `an address that is not allowed is not called`() async throws {
        let provider = try ScriptedProvider()
        defer { provider.stop() }
        // 127.0.0.2 is as good a loopback address as any, and is not in the allowed block.
        let server = BinderyServer(
            in: try TemporaryFolder(),
            flags: ["--outbound-allow", "127.0.0.2/32"],
            variables: [
                "BINDERY_BOOTSTRAP_KEY": BinderyServer.bootstrapKey,
                "BINDERY_SECRET_A": "{\"apiKey\":\"key-of-the-provider\"}",
            ]
        )
        try await server.start()
        let world = try await ProviderWorld(over: server, url: provider.url)
        try await expect(try await world.execute(), 502, "ADDRESS_REFUSED", in: world)
        #expect(provider.requests.isEmpty)
    }

    @Test func `a secret that a provider echoes is in no answer, record or log`() async throws {
        let provider = try ScriptedProvider { request in
            let echo = request.header("authorization") ?? ""
            return .answer(
                "400 Bad Request",
                headers: ["X-Echo: \(echo)"],
                body: "{\"sent\":\"\(echo)\"}"
            )
        }
        defer { provider.stop() }
        let world = try await ProviderWorld(url: provider.url)
        let answer = try await world.execute()
        try await expect(answer, 502, "PROVIDER_ERROR", in: world)
        let texts = world.server.answers.flatMap { [$0.head, $0.text] } + [world.server.log]
        for text in texts { #expect(!text.contains("key-of-the-provider")) }
    }
}
