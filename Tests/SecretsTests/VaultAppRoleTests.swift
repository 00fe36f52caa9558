import Model
import Outbound
import Platform
import Testing

@testable import Secrets

/// Logins with an AppRole at a Vault-like server that lets tokens end with their leases.
@Suite struct VaultAppRoleTests {
    private struct Setting {
        let server: VaultServer
        let folder: TemporaryFolder
        let store: VaultSecretStore

        init(namespace: String? = nil) throws {
            let server = try VaultServer()
            folder = try TemporaryFolder()
            server.put("/v1/secret/data/a", #"{"k": "v"}"#)
            server.leases.change { state in
                state.roles = ["role-1": "secret-1"]
                state.namespace = namespace
            }
            self.server = server
            store = VaultSecretStore(
                .init(
                    address: server.address,
                    login: .appRole(
                        roleIDFile: try folder.write("role", "role-1\n"),
                        secretIDFile: try folder.write("secret", "secret-1\n"),
                        mount: "approle"
                    ),
                    namespace: namespace
                ),
                client: try OutboundClient(.init(addressPolicy: .unrestricted)),
                now: { server.leases.now }
            )
        }

        func read() async throws -> String {
            try await store.read(
                try #require(SecretReference("vault://a#k")),
                for: SampleTenant.acme
            )
            .withText { $0 }
        }

        func failure() async throws -> SecretError {
            let error = await #expect(throws: SecretError.self) { try await read() }
            let found = try #require(error)
            for word in ["secret-1", "role-1", "hvs."] { #expect(!found.detail.contains(word)) }
            return found
        }
    }

    @Test func `a login is made once and its token is used`() async throws {
        let setting = try Setting()
        defer { setting.server.stop() }
        try await withThrowingTaskGroup { group in
            for _ in 0..<20 { group.addTask { try await setting.read() } }
            for try await text in group { #expect(text == "v") }
        }
        #expect(setting.server.leases.loginCount == 1)
        #expect(Set(setting.server.tokens) == ["hvs.login-1"])
    }

    @Test func `a token is renewed before its lease ends`() async throws {
        let setting = try Setting()
        defer { setting.server.stop() }
        let leases = setting.server.leases
        #expect(try await setting.read() == "v")
        leases.advance(.seconds(39))
        #expect(try await setting.read() == "v")
        #expect(leases.renewalCount == 0)
        for count in 1...5 {
            // Two thirds of a minute are over, and the minute is not.
            leases.advance(.seconds(count == 1 ? 2 : 41))
            #expect(try await setting.read() == "v")
            #expect(leases.renewalCount == count)
        }
        #expect(leases.loginCount == 1)
    }

    @Test func `what can't be renewed, or has ended, is logged in for again`() async throws {
        let setting = try Setting()
        defer { setting.server.stop() }
        let leases = setting.server.leases
        leases.change { $0.isRenewable = false }
        #expect(try await setting.read() == "v")
        leases.advance(.seconds(41))
        #expect(try await setting.read() == "v")
        #expect(leases.loginCount == 2)
        leases.change { $0.isRenewable = true }
        leases.advance(.seconds(3600))
        #expect(try await setting.read() == "v")
        #expect(leases.loginCount == 3)
        leases.change { $0.renewalCountMax = 0 }
        leases.advance(.seconds(41))
        #expect(try await setting.read() == "v")
        #expect(leases.loginCount == 4)
    }

    @Test func `a token that was revoked leads to one more login`() async throws {
        let setting = try Setting()
        defer { setting.server.stop() }
        let leases = setting.server.leases
        #expect(try await setting.read() == "v")
        leases.revokeAll()
        // A token so new is not given up: a policy that forbids looks alike.
        #expect(try await setting.failure().code == .forbidden)
        #expect(leases.loginCount == 1)
        leases.advance(VaultSession.reloginInterval)
        #expect(try await setting.read() == "v")
        #expect(leases.loginCount == 2)
    }

    @Test func `what a policy forbids stays forbidden, and leads to no storm of logins`()
        async throws
    {
        let setting = try Setting()
        defer { setting.server.stop() }
        let leases = setting.server.leases
        #expect(try await setting.read() == "v")
        leases.advance(VaultSession.reloginInterval)
        // Every token is refused from now on, as one without the right policy is.
        leases.change { $0.namespace = nil }
        setting.server.feel(.answers("403 Forbidden", #"{"errors":["permission denied"]}"#))
        #expect(try await setting.failure().code == .forbidden)
        let count = setting.server.targets.count
        for _ in 0..<5 { #expect(try await setting.failure().code == .forbidden) }
        #expect(setting.server.targets.count == count)
        #expect(leases.loginCount == 1)
    }

    @Test func `while no login can be had the old token serves until its end`() async throws {
        let setting = try Setting()
        defer { setting.server.stop() }
        let leases = setting.server.leases
        #expect(try await setting.read() == "v")
        leases.change { $0.isDown = true }
        leases.advance(.seconds(41))
        #expect(try await setting.read() == "v")
        leases.advance(.seconds(20))
        #expect(try await setting.failure().code == .unavailable)
        leases.change { $0.isDown = false }
        #expect(try await setting.read() == "v")
    }

    @Test func `ids that are wrong are forbidden, and files that are not there unavailable`()
        async throws
    {
        let setting = try Setting()
        defer { setting.server.stop() }
        try setting.folder.write("secret", "secret-2")
        #expect(try await setting.failure().code == .forbidden)
        try setting.folder.write("secret", "two words")
        #expect(try await setting.failure().code == .unavailable)
        // The files are read for each login, so that what was mended is seen.
        try setting.folder.write("secret", "secret-1")
        #expect(try await setting.read() == "v")
    }

    @Test func `the namespace goes with the login and the read`() async throws {
        let setting = try Setting(namespace: "platform/payments")
        defer { setting.server.stop() }
        #expect(try await setting.read() == "v")
        setting.server.leases.change { $0.namespace = "another" }
        #expect(try await setting.failure().code == .forbidden)
    }

    @Test(arguments: ["", "{}", #"{"auth":{}}"#, #"{"auth":{"client_token":"a b"}}"#])
    func `an answer to a login that is none is malformed`(_ body: String) async throws {
        let setting = try Setting()
        defer { setting.server.stop() }
        setting.server.feel(.answers("200 OK", body))
        #expect(try await setting.failure().code == .malformed)
    }
}
