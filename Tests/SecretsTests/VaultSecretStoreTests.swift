import Model
import Outbound
import Platform
import Testing

@testable import Secrets

@Suite struct VaultSecretStoreTests {
    /// A server, a token file and a store over them.
    private struct Setting {
        let server: VaultServer
        let folder: TemporaryFolder
        let store: VaultSecretStore

        init(
            mount: String = "secret",
            token: String = VaultServer.token,
            timeout: Duration = VaultSecretStore.timeout
        ) throws {
            server = try VaultServer()
            folder = try TemporaryFolder()
            store = VaultSecretStore(
                .init(
                    address: server.address,
                    mount: mount,
                    tokenFile: try folder.write("token", token + "\n")
                ),
                client: try OutboundClient(.init(addressPolicy: .unrestricted)),
                timeout: timeout
            )
        }

        func read(_ text: String) async throws -> String {
            try await store.read(try #require(SecretReference(text)), for: SampleTenant.acme)
                .withText { $0 }
        }

        func failure(_ text: String = "vault://a") async throws -> SecretError {
            let error = await #expect(throws: SecretError.self) { try await read(text) }
            let found = try #require(error)
            #expect(found.detail.hasPrefix("\(text): "))
            #expect(!found.detail.contains("hunter2"))
            #expect(!found.detail.contains(VaultServer.token))
            return found
        }
    }

    private static let target = "/v1/secret/data/integrations/acme/stripe"

    @Test func `reads an entry, whole or one field of it`() async throws {
        let setting = try Setting()
        defer { setting.server.stop() }
        setting.server.put(Self.target, #"{"apiKey": "k", "n": 1, "o": {"a": "b"}}"#)
        let entry = "vault://integrations/acme/stripe"
        #expect(try await setting.read(entry) == #"{"apiKey":"k","n":1,"o":{"a":"b"}}"#)
        #expect(try await setting.read("\(entry)#apiKey") == "k")
        #expect(try await setting.read("\(entry)#n") == "1")
        #expect(try await setting.read("\(entry)#o") == #"{"a":"b"}"#)
        #expect(try await setting.failure("\(entry)#none").code == .notFound)
    }

    @Test func `a path cannot become anything but a path`() async throws {
        let setting = try Setting(mount: "/kv/te am/")
        defer { setting.server.stop() }
        let target = "/v1/kv/te%20am/data/a%3Fversion%3D1/%25b/gr%C3%BCn"
        setting.server.put(target, #"{"a": "b"}"#)
        #expect(try await setting.read("vault://a?version=1/%b/gr\u{fc}n#a") == "b")
        #expect(try await setting.failure("vault://a/./b").code == .malformed)
        #expect(setting.server.targets == [target])
    }

    @Test func `a token is read anew, so that an agent can renew it`() async throws {
        let setting = try Setting(token: "hvs.old")
        defer { setting.server.stop() }
        setting.server.put("/v1/secret/data/a", #"{"k": "v"}"#)
        #expect(try await setting.failure().code == .forbidden)
        try setting.folder.write("token", VaultServer.token)
        #expect(try await setting.read("vault://a#k") == "v")
        #expect(setting.server.tokens == ["hvs.old", VaultServer.token])
    }

    @Test(arguments: ["", " ", "two words", "a\r\nX-Other: b", "gr\u{fc}n"])
    func `a file without a token is said to be the fault`(_ token: String) async throws {
        let setting = try Setting(token: token)
        defer { setting.server.stop() }
        let error = try await setting.failure()
        #expect(error.code == .unavailable)
        #expect(error.detail == "vault://a: the file of Vault's token holds none")
        #expect(setting.server.tokens.isEmpty)
    }

    @Test func `a missing file of the token is said to be the fault`() async throws {
        let store = VaultSecretStore(
            .init(address: "http://127.0.0.1:1", tokenFile: "/no/such/file"),
            client: try OutboundClient(.init(addressPolicy: .unrestricted))
        )
        let reference = try #require(SecretReference("vault://a"))
        let error = await #expect(throws: SecretError.self) {
            try await store.read(reference, for: SampleTenant.acme)
        }
        #expect(error?.code == .unavailable)
        #expect(error?.detail.contains("token") == true)
    }

    @Test(arguments: [
        ("301 Moved", SecretError.Code.unavailable), ("307 Standby", .unavailable),
        ("400 Bad Request", .malformed), ("401 Unauthorized", .forbidden),
        ("403 Forbidden", .forbidden), ("404 Not Found", .notFound),
        ("405 Method Not Allowed", .malformed), ("429 Standby", .unavailable),
        ("472 Secondary", .unavailable), ("500 Oops", .unavailable), ("503 Sealed", .unavailable),
        ("204 No Content", .unavailable),
    ])
    func `each status has its meaning`(_ status: String, _ code: SecretError.Code) async throws {
        let setting = try Setting()
        defer { setting.server.stop() }
        setting.server.feel(.answers(status, status.hasPrefix("204") ? "" : #"["hunter2"]"#))
        #expect(try await setting.failure().code == code)
    }

    @Test(arguments: [
        "", "hunter2", "{", #"{"data": "hunter2"}"#, #"{"data": {"data": "hunter2"}}"#,
        #"{"data": {"data": null}}"#, #"{"data": {"data": ["hunter2"]}}"#,
        #"{"data": {"apiKey": "hunter2"}}"#, #"{"data": {"data": {"a": "hunter2", "a": 1}}}"#,
    ])
    func `an answer that is no entry is malformed and not quoted`(_ body: String) async throws {
        let setting = try Setting()
        defer { setting.server.stop() }
        setting.server.feel(.answers("200 OK", body))
        #expect(try await setting.failure().code == .malformed)
    }

    @Test func `an answer over its limit is malformed`() async throws {
        let setting = try Setting()
        defer { setting.server.stop() }
        let text = String(repeating: "a", count: VaultAccess.answerByteCountMax)
        setting.server.feel(.answers("200 OK", #"{"data": {"data": {"a": "\#(text)"}}}"#))
        #expect(try await setting.failure().code == .malformed)
    }

    @Test func `a server that hangs is unavailable`() async throws {
        let setting = try Setting(timeout: .milliseconds(50))
        defer { setting.server.stop() }
        setting.server.feel(.hangs)
        let store = setting.store
        let reference = try #require(SecretReference("vault://a"))
        let error = await #expect(throws: SecretError.self) {
            try await store.read(reference, for: SampleTenant.acme)
        }
        #expect(error?.code == .unavailable)
    }

    @Test func `a server that drops or is not there is unavailable`() async throws {
        let setting = try Setting()
        defer { setting.server.stop() }
        setting.server.feel(.drops)
        #expect(try await setting.failure().code == .unavailable)
        let closed = try SocketListener(address: SocketAddress(host: "127.0.0.1", port: 0)).address
        let store = VaultSecretStore(
            .init(address: "http://\(closed)/", tokenFile: try setting.folder.write("token", "t")),
            client: try OutboundClient(.init(addressPolicy: .unrestricted))
        )
        let reference = try #require(SecretReference("vault://a"))
        let error = await #expect(throws: SecretError.self) {
            try await store.read(reference, for: SampleTenant.acme)
        }
        #expect(error?.code == .unavailable)
    }
}
