import JSON
import Ledger
import Model
import Testing

@testable import Commands

@Suite struct AuthenticationTests {
    static let runtime: JSONValue = [
        "roles": ["runtime"], "environments": ["production"], "workflows": ["checkout"],
    ]

    @Test func `the bootstrap key is the platform's admin everywhere`() async throws {
        let bench = try await CommandBench()
        let caller = try bench.admin
        #expect(caller.isBootstrap)
        #expect(caller.credential.roles == [.platformAdmin])
        #expect(caller.credential.tenant == nil)
        #expect(caller.credential.mayAct(in: Sample.name("production")))
        #expect(caller.credential.mayAct(as: Sample.name("checkout")))
    }

    @Test func `a key is its credential, and its use is noted`() async throws {
        let bench = try await CommandBench()
        let key = try await bench.key(Self.runtime)
        let caller = try bench.caller(key)
        #expect(!caller.isBootstrap)
        #expect(caller.credential.tenant == Sample.acme)
        #expect(caller.credential.roles == [.runtime])
        #expect(bench.services.keyUsage.lastUsedAt(caller.credential.id) == CommandBench.now)
    }

    @Test func `a key outlives the process`() async throws {
        let bench = try await CommandBench()
        let key = try await bench.key(Self.runtime)
        let next = try await bench.restarted()
        #expect(try next.caller(key).credential.roles == [.runtime])
    }

    @Test func `a key is accepted until the moment it expires`() async throws {
        let bench = try await CommandBench()
        let expiry = CommandBench.now + .seconds(60)
        let key = try await bench.key([
            "roles": ["runtime"], "expiresAt": .string(expiry.text),
        ])
        let last = Timestamp(milliseconds: expiry.milliseconds - 1)
        #expect(throws: Never.self) { try bench.caller(key, at: last) }
        #expect(code { try bench.caller(key, at: expiry) } == "UNAUTHENTICATED")
    }

    @Test func `a key that expires now is not made`() async throws {
        let bench = try await CommandBench()
        let body: JSONValue = ["roles": ["runtime"], "expiresAt": .string(CommandBench.now.text)]
        await #expect(throws: CommandError.self) { try await bench.key(body) }
    }

    @Test func `a revoked key is accepted no more, also after a restart`() async throws {
        let bench = try await CommandBench()
        let key = try await bench.key(Self.runtime)
        let id = try bench.caller(key).credential.id
        let owner = OwnerScope.tenant(try bench.scope())
        _ = try await RevokeKey(owner: owner, id: id).run(try bench.context())
        #expect(code { try bench.caller(key) } == "UNAUTHENTICATED")
        let next = try await bench.restarted()
        #expect(code { try next.caller(key) } == "UNAUTHENTICATED")
    }

    @Test func `what is no key, an unknown one and a wrong secret are told apart by nobody`()
        async throws
    {
        let bench = try await CommandBench()
        let key = try await bench.key(Self.runtime)
        let unknown = APIKey.make().text
        let wrongChecksum = String(key.dropLast()) + (key.last == "0" ? "1" : "0")
        let answers = ["nonsense", unknown, wrongChecksum, "bnd_", CommandBench.bootstrapKey + "x"]
            .map { text in
                // What the trail says more, a client does not see.
                var denial = denial { try bench.caller(text) }
                denial?.auditDetail = nil
                return denial
            }
        #expect(answers.allSatisfy { $0 == answers[0] && $0?.code == "UNAUTHENTICATED" })
        #expect(
            code {
                try bench.services.authentication.caller(
                    token: nil,
                    address: "192.0.2.1",
                    now: CommandBench.now
                )
            } == "UNAUTHENTICATED"
        )
        #expect(code { try bench.caller("") } == "UNAUTHENTICATED")
    }

    @Test func `failures are answered 429 from limit + 1 on, for the address and the minute`()
        async throws
    {
        let bench = try await CommandBench { $0.failuresPerMinute = 3 }
        let minute = Timestamp(milliseconds: CommandBench.now.milliseconds / 60_000 * 60_000)
        for _ in 1...3 {
            #expect(code { try fail(bench, "192.0.2.1", minute) } == "UNAUTHENTICATED")
        }
        let refused = denial { try fail(bench, "192.0.2.1", minute + .seconds(40)) }
        #expect(refused?.kind == .limited)
        #expect(refused?.code == "TOO_MANY_FAILURES")
        #expect(refused?.retryAfterSeconds == 20)
        #expect(code { try fail(bench, "192.0.2.2", minute) } == "UNAUTHENTICATED")
        #expect(throws: Never.self) { try bench.caller(CommandBench.bootstrapKey, at: minute) }
        let next = minute + .seconds(60)
        #expect(code { try fail(bench, "192.0.2.1", next) } == "UNAUTHENTICATED")
    }

    private func fail(_ bench: CommandBench, _ address: String, _ now: Timestamp) throws -> Caller {
        try bench.services.authentication.caller(token: "nonsense", address: address, now: now)
    }

    @Test func `a key reaches no environment that its maker does not`() async throws {
        let bench = try await CommandBench()
        let body: JSONValue = [
            "roles": ["tenant-admin"], "environments": ["sandbox"], "workflows": ["*"],
        ]
        let maker = try bench.caller(try await bench.key(body))
        let owner = OwnerScope.tenant(try bench.scope())
        for (environments, isMade) in [
            (["sandbox"], true), (["production"], false), (["*"], false),
        ] {
            let wish: JSONValue = [
                "roles": ["runtime"], "environments": .array(environments.map { .string($0) }),
            ]
            let error = try await refusal {
                try await CreateKey(owner: owner, body: wish).run(try bench.context(as: maker))
            }
            #expect((error == nil) == isMade)
            #expect(isMade || error?.kind == .forbidden)
        }
    }

    private func denial(_ work: () throws -> Caller) -> CommandError? {
        do {
            _ = try work()
            return nil
        } catch {
            return error as? CommandError
        }
    }

    private func code(_ work: () throws -> Caller) -> String? { denial(work)?.code }
}
