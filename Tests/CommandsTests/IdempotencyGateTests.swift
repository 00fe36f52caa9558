import JSON
import Ledger
import Model
import Testing

@testable import Commands

@Suite struct IdempotencyGateTests {
    static let answer = IdempotentAnswer(
        status: 201,
        headers: ["Location": "/v1/things/1"],
        body: Array("{\"id\":\"1\"}".utf8)
    )

    /// What a request's key led to.
    enum Outcome: Equatable {
        case ran
        case replayed(IdempotentAnswer)
        case refused(String)
    }

    /// Sends a request that is answered `answer` when it runs.
    private func send(
        _ bench: CommandBench,
        _ key: String = "key-1",
        request: String = "POST /v1/things",
        body: String = "{}",
        isDurable: Bool = false,
        answer: IdempotentAnswer? = Self.answer,
        effect: CommandError.Effect = .none,
        as caller: Caller? = nil,
        at now: Timestamp = CommandBench.now
    ) async throws -> Outcome {
        let caller = try caller ?? bench.admin
        do {
            switch try await enter(
                bench,
                key,
                request,
                body,
                isDurable: isDurable,
                caller,
                now
            ) {
            case .replay(let answer): return .replayed(answer)
            case .run(let ticket):
                await bench.services.idempotency.leave(
                    ticket,
                    answer: answer,
                    effect: effect,
                    caller: caller,
                    now: now
                )
                return .ran
            }
        } catch let error as CommandError {
            return .refused(error.code)
        }
    }

    private func enter(
        _ bench: CommandBench,
        _ key: String = "key-1",
        _ request: String = "POST /v1/things",
        _ body: String = "{}",
        isDurable: Bool = false,
        _ caller: Caller? = nil,
        _ now: Timestamp = CommandBench.now
    ) async throws -> IdempotencyGate.Passage {
        try await bench.services.idempotency.enter(
            IdempotencyGate.Question(
                key: key,
                request: request,
                content: Array(body.utf8),
                isDurable: isDurable
            ),
            caller: try caller ?? bench.admin,
            now: now
        )
    }

    @Test(arguments: [false, true])
    func `the same request runs once, and is answered alike after a restart too`(
        _ isDurable: Bool
    ) async throws {
        let bench = try await CommandBench()
        #expect(try await send(bench, isDurable: isDurable) == .ran)
        #expect(try await send(bench, isDurable: isDurable) == .replayed(Self.answer))
        let next = try await bench.restarted()
        #expect(try await send(next, isDurable: isDurable) == .replayed(Self.answer))
    }

    @Test func `the key with another body is refused`() async throws {
        let bench = try await CommandBench()
        #expect(try await send(bench, body: "{}") == .ran)
        #expect(try await send(bench, body: "{ }") == .refused("IDEMPOTENCY_KEY_REUSED"))
    }

    @Test func `a key belongs to its credential, method and path`() async throws {
        let bench = try await CommandBench()
        let other = try bench.caller(try await bench.key(["roles": ["tenant-admin"]]))
        #expect(try await send(bench) == .ran)
        #expect(try await send(bench, as: other) == .ran)
        #expect(try await send(bench, request: "POST /v1/others") == .ran)
        #expect(try await send(bench, "key-2") == .ran)
        #expect(try await send(bench) == .replayed(Self.answer))
    }

    @Test func `parts can't be shifted into each other`() async throws {
        let bench = try await CommandBench()
        #expect(try await send(bench, "b", request: "POST /a") == .ran)
        #expect(try await send(bench, "a", request: "POST /b") == .ran)
    }

    @Test func `a second request waits for no first one, and the key is free when nothing is kept`()
        async throws
    {
        let bench = try await CommandBench()
        guard case .run(let ticket) = try await enter(bench) else {
            throw Missing(what: "a ticket")
        }
        #expect(try await send(bench) == .refused("IDEMPOTENCY_IN_PROGRESS"))
        #expect(try await send(bench, body: "other") == .refused("IDEMPOTENCY_IN_PROGRESS"))
        let gate = bench.services.idempotency
        await gate.leave(
            ticket,
            answer: nil,
            effect: .none,
            caller: try bench.admin,
            now: CommandBench.now
        )
        #expect(try await send(bench) == .ran)
    }

    @Test func `of many at once one runs`() async throws {
        let bench = try await CommandBench()
        let outcomes = try await withThrowingTaskGroup(of: Outcome.self) { group in
            for _ in 0..<32 { group.addTask { try await send(bench, isDurable: true) } }
            return try await group.reduce(into: [Outcome]()) { $0.append($1) }
        }
        #expect(outcomes.count { $0 == .ran } == 1)
        #expect(
            outcomes.allSatisfy { outcome in
                outcome == .ran || outcome == .replayed(Self.answer)
                    || outcome == .refused("IDEMPOTENCY_IN_PROGRESS")
            }
        )
    }

    @Test func `a durable claim whose process died is refused for 24 hours, then free`()
        async throws
    {
        let bench = try await CommandBench()
        guard case .run = try await enter(bench, "k", "POST /pay", isDurable: true) else {
            throw Missing(what: "a claim")
        }
        let next = try await bench.restarted()
        func retry(at now: Timestamp) async throws -> Outcome {
            try await send(next, "k", request: "POST /pay", isDurable: true, at: now)
        }
        let end = CommandBench.now + IdempotencyRecord.lifetime
        #expect(try await retry(at: CommandBench.now) == .refused("IDEMPOTENCY_IN_PROGRESS"))
        let last = Timestamp(milliseconds: end.milliseconds - 1)
        #expect(try await retry(at: last) == .refused("IDEMPOTENCY_IN_PROGRESS"))
        #expect(try await retry(at: end) == .ran)
    }

    @Test func `what may be repeated is bound to the connection that may have been called`()
        async throws
    {
        let bench = try await CommandBench()
        let connection = try #require(ConnectionID("conn_a"))
        let effect = CommandError.Effect.repeatable(on: connection)
        #expect(try await send(bench, isDurable: true, answer: nil, effect: effect) == .ran)
        let next = try await bench.restarted()
        guard case .run(let ticket) = try await enter(next, isDurable: true) else {
            throw Missing(what: "a ticket")
        }
        #expect(ticket.pinned == connection)
    }

    @Test func `one credential can't take the room of all, and expired keys make room`()
        async throws
    {
        let bench = try await CommandBench()
        let owner = try bench.admin.credential.id.text
        let expiresAt = CommandBench.now + .seconds(1)
        let changes = (0..<IdempotencyRecord.countPerOwnerMax)
            .map { index in
                Change.putIdempotency(
                    IdempotencyRecord(
                        key: "k\(index)",
                        bodyDigest: "d",
                        expiresAt: expiresAt,
                        owner: owner,
                        answer: nil
                    )
                )
            }
        _ = try await bench.services.ledger.commit(actor: .system("test"), now: CommandBench.now) {
            (_, _) throws(CommandError) in Ledger.Plan(changes, answer: true)
        }
        #expect(try await send(bench) == .refused("OVERLOADED"))
        let other = try bench.caller(try await bench.key(["roles": ["tenant-admin"]]))
        #expect(try await send(bench, as: other) == .ran)
        #expect(try await send(bench, at: CommandBench.now + .seconds(61)) == .ran)
    }

    @Test func `a claim in memory alone ends with its process`() async throws {
        let bench = try await CommandBench()
        guard case .run = try await enter(bench) else { throw Missing(what: "a claim") }
        let next = try await bench.restarted()
        #expect(try await send(next) == .ran)
    }

    @Test func `an answer is given again for 24 hours, and no longer`() async throws {
        let bench = try await CommandBench()
        #expect(try await send(bench) == .ran)
        let end = CommandBench.now + IdempotencyRecord.lifetime
        let last = Timestamp(milliseconds: end.milliseconds - 1)
        #expect(try await send(bench, at: last) == .replayed(Self.answer))
        #expect(try await send(bench, at: end) == .ran)
    }

    @Test func `an answer that is too large to keep never lets money be spent twice`()
        async throws
    {
        let bench = try await CommandBench()
        let limit = IdempotencyRecord.bodyByteCountMax
        for (count, again) in [
            (limit, Outcome?.none), (limit + 1, .refused("IDEMPOTENCY_IN_PROGRESS")),
        ] {
            let body = [UInt8](repeating: 0x20, count: count)
            let large = IdempotentAnswer(status: 200, headers: [:], body: body)
            let key = "large-\(count)"
            #expect(try await send(bench, key, isDurable: true, answer: large) == .ran)
            let next = try await send(bench, key, isDurable: true, answer: large)
            #expect(next == again ?? .replayed(large))
        }
    }

    @Test(arguments: ["k", "a-b_c.d:e/f", String(repeating: "k", count: 255)])
    func `takes a key of 1 to 255 visible characters`(_ key: String) async throws {
        let bench = try await CommandBench()
        #expect(try await send(bench, key) == .ran)
    }

    @Test(arguments: ["", "a b", "ä", "a\u{7F}", "a\t", String(repeating: "k", count: 256)])
    func `refuses another key`(_ key: String) async throws {
        let bench = try await CommandBench()
        #expect(try await send(bench, key) == .refused("INVALID_PARAMETER"))
    }
}
