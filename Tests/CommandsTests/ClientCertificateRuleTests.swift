import JSON
import Ledger
import Model
import Testing

@testable import Commands

@Suite struct ClientCertificateRuleTests {
    private static let certificate = VerifiedCertificate(
        subject: "CN=billing,O=Acme",
        names: ["DNS:billing.acme.example", "URI:spiffe://acme/billing"],
        fingerprint: String(repeating: "ab", count: 32)
    )

    private static func id(_ text: String) throws -> CredentialID {
        try #require(CredentialID(text))
    }

    private static func rule(
        _ kind: String,
        _ text: String,
        _ id: String
    ) throws
        -> ClientCertificateRule
    {
        let mark = try #require(ClientCertificateRule.Mark(kind: kind, text: text))
        return ClientCertificateRule(mark: mark, credential: try Self.id(id))
    }

    @Test(arguments: [
        ("subject", "CN=billing,O=Acme"), ("san", "DNS:Billing.Acme.example"),
        ("san", "URI:spiffe://acme/billing"),
        ("fingerprint", String(repeating: "AB:", count: 31) + "AB"),
    ])
    func `a mark is met when it is the certificate's`(_ kind: String, _ text: String) throws {
        let map = ClientCertificateMap([try Self.rule(kind, text, "key1")])
        #expect(map.credential(of: Self.certificate)?.text == "key1")
    }

    @Test(arguments: [
        ("subject", "O=Acme,CN=billing"), ("subject", "CN=billing"),
        ("subject", "cn=billing,O=Acme"),
        ("san", "DNS:acme.example"), ("san", "DNS:*.acme.example"), ("san", "URI:spiffe://acme"),
        ("fingerprint", String(repeating: "ab", count: 31) + "ac"),
    ])
    func `a mark is not met by something like it`(_ kind: String, _ text: String) throws {
        let map = ClientCertificateMap([try Self.rule(kind, text, "key1")])
        #expect(map.credential(of: Self.certificate) == nil)
    }

    @Test func `of several rules the first one counts`() throws {
        let map = ClientCertificateMap([
            try Self.rule("san", "DNS:other.example", "key0"),
            try Self.rule("san", "URI:spiffe://acme/billing", "key1"),
            try Self.rule("subject", "CN=billing,O=Acme", "key2"),
            try Self.rule("subject", "CN=billing,O=Acme", "key3"),
        ])
        #expect(map.credential(of: Self.certificate)?.text == "key1")
    }

    @Test func `a certificate is its credential, until that is revoked or expires`() async throws {
        let storage = MemoryJournal.Storage()
        var bench = try await CommandBench(storage: storage)
        let expiry = CommandBench.now + .seconds(60)
        let key = try await bench.key([
            "roles": ["tenant-admin"], "expiresAt": .string(expiry.text),
        ])
        let id = try bench.caller(key).credential.id
        let rule = try Self.rule("subject", "CN=billing,O=Acme", id.text)
        await bench.services.ledger.close()
        bench = try await CommandBench(storage: storage) { $0.clientCertificates = [rule] }

        func caller(at now: Timestamp = CommandBench.now) throws -> Caller {
            try bench.services.authentication.caller(
                certificate: Self.certificate,
                address: "192.0.2.1",
                now: now
            )
        }
        let known = try caller()
        #expect(known.credential.id == id && known.credential.roles == [.tenantAdmin])
        #expect(!known.isBootstrap)
        #expect(bench.services.keyUsage.lastUsedAt(id) == CommandBench.now)
        let expired = #expect(throws: CommandError.self) { try caller(at: expiry) }
        #expect(expired?.code == "UNAUTHENTICATED")
        let owner = OwnerScope.tenant(try bench.scope())
        _ = try await RevokeKey(owner: owner, id: id).run(try bench.context())
        let revoked = #expect(throws: CommandError.self) { try caller() }
        #expect(revoked?.code == "UNAUTHENTICATED" && revoked?.kind == .unauthenticated)
    }

    @Test func `refused certificates count as failures of their address`() async throws {
        let bench = try await CommandBench { $0.failuresPerMinute = 1 }
        func code() -> String? {
            do throws(CommandError) {
                _ = try bench.services.authentication.caller(
                    certificate: Self.certificate,
                    address: "192.0.2.1",
                    now: CommandBench.now
                )
                return nil
            } catch {
                return error.code
            }
        }
        #expect(code() == "UNAUTHENTICATED")
        #expect(code() == "TOO_MANY_FAILURES")
    }
}
