import JSON
import Model
import Testing

@testable import Ledger

@Suite struct StateTests {
    private func apply(_ changes: [Change], to state: inout State, at: Timestamp = StateFixture.now)
    {
        state.apply(
            LogEntry(
                revision: state.revision + 1,
                at: at,
                actor: .system("test"),
                changes: changes
            )
        )
    }

    @Test func `counts the connections of a spec and the configs of a blueprint`() throws {
        var state = State()
        let first = StateFixture.stored(try StateFixture.connection("conn_a"))
        let second = StateFixture.stored(try StateFixture.connection("conn_b"))
        apply([.putConnection(first), .putConnection(second), .putConnection(first)], to: &state)
        #expect(state.catalog.connectionCounts[first.value.spec] == 2)
        apply([.removeConnection(first.value.tenant, first.value.id)], to: &state)
        #expect(state.catalog.connectionCounts[first.value.spec] == 1)
        apply([.removeConnection(first.value.tenant, second.value.id)], to: &state)
        #expect(state.catalog.connectionCounts[first.value.spec] == nil)
    }

    @Test func `what configs are made of has a generation of its own`() throws {
        var state = State()
        let connection = StateFixture.stored(try StateFixture.connection("conn_a"))
        let tenant = connection.value.tenant
        let version = ConfigVersion(number: 1, config: try StateFixture.config())
        var last = state.tenant(tenant).configGeneration
        let health = Change.putHealth(tenant, connection.value.id, .unknown)
        let rule = Change.removePolicy(tenant, try #require(PolicyID("rule")))
        for (change, moves) in [
            (.putConnection(connection), true), (health, false), (rule, false),
            (.putConfigVersion(StateFixture.stored(version)), true),
            (.removeConfigVersion(tenant, version.config.line, 1), true),
            (.removeConnection(tenant, connection.value.id), true),
        ] as [(Change, Bool)] {
            let generation = state.tenant(tenant).generation
            apply([change], to: &state)
            let changed = state.tenant(tenant)
            #expect(changed.generation > generation)
            #expect((changed.configGeneration > last) == moves, "\(change)")
            last = changed.configGeneration
        }
    }

    @Test func `a draft that moves to another blueprint version is counted there`() throws {
        var state = State()
        let old = ConfigVersion(number: 1, config: try StateFixture.config())
        let new = ConfigVersion(number: 1, config: try StateFixture.config(blueprintVersion: 2))
        apply([.putConfigVersion(StateFixture.stored(old))], to: &state)
        #expect(state.catalog.configCounts[old.config.blueprint] == 1)
        apply([.putConfigVersion(StateFixture.stored(new))], to: &state)
        #expect(state.catalog.configCounts[old.config.blueprint] == nil)
        #expect(state.catalog.configCounts[new.config.blueprint] == 1)
    }

    @Test func `knows the domains of live configs only, in small letters`() throws {
        var state = State()
        let config = try StateFixture.config(domain: "Billing.Acme.COM")
        var version = ConfigVersion(number: 1, config: config)
        apply([.putConfigVersion(StateFixture.stored(version))], to: &state)
        #expect(state.domains["billing.acme.com"] == nil)
        version.status = .published
        apply([.putConfigVersion(StateFixture.stored(version))], to: &state)
        #expect(state.domains["billing.acme.com"]?.count == 1)
        version.status = .superseded
        apply([.putConfigVersion(StateFixture.stored(version))], to: &state)
        #expect(state.domains["billing.acme.com"] == nil)
    }

    @Test func `the number of a deleted draft is not given again`() throws {
        var state = State()
        let config = try StateFixture.config()
        let version = ConfigVersion(number: 3, config: config)
        let step = ConfigTransition(
            version: 3,
            from: nil,
            to: .draft,
            actor: "k",
            at: StateFixture.now,
            reason: nil
        )
        apply(
            [
                .putConfigVersion(StateFixture.stored(version)),
                .addTransition(config.tenant, config.line, step),
                .removeConfigVersion(config.tenant, config.line, 3),
            ],
            to: &state
        )
        let line = try #require(state.tenant(config.tenant).lines[config.line])
        #expect(line.versions.isEmpty)
        #expect(line.lastNumber == 3)
        var replayed = StateLoader()
        for bytes in try StateFixture.lines(of: state) { try replayed.read(line: bytes) }
        try replayed.finish()
        #expect(replayed.state.tenant(config.tenant).lines[config.line]?.lastNumber == 3)
    }

    @Test func `the history keeps its newest steps`() throws {
        var state = State()
        let config = try StateFixture.config()
        for number in 1...(ConfigLine.historyCountMax + 1) {
            let step = ConfigTransition(
                version: number,
                from: nil,
                to: .draft,
                actor: "k",
                at: StateFixture.now,
                reason: nil
            )
            apply([.addTransition(config.tenant, config.line, step)], to: &state)
        }
        let history = try #require(state.tenant(config.tenant).lines[config.line]).history
        #expect(history.count == ConfigLine.historyCountMax)
        #expect(history.first?.version == 2)
    }

    @Test func `a newer preview is live outside production alone`() throws {
        var line = ConfigLine()
        let config = try StateFixture.config()
        line.versions[1] = StateFixture.stored(
            ConfigVersion(number: 1, config: config, status: .published)
        )
        line.versions[2] = StateFixture.stored(
            ConfigVersion(number: 2, config: config, status: .preview)
        )
        #expect(line.live(in: .nonproduction)?.value.number == 2)
        #expect(line.live(in: .production)?.value.number == 1)
        line.versions[3] = StateFixture.stored(
            ConfigVersion(number: 3, config: config, status: .published)
        )
        line.versions[1] = nil
        #expect(line.live(in: .nonproduction)?.value.number == 3)
    }

    @Test func `expired idempotency records go, and what they took is free again`() throws {
        var state = State()
        func record(_ key: String, _ expiry: Timestamp, body: Int) -> IdempotencyRecord {
            let answer = IdempotencyRecord.Answer(
                status: 200,
                headers: [:],
                body: [UInt8](repeating: 0x20, count: body)
            )
            return IdempotencyRecord(
                key: key,
                bodyDigest: "d",
                expiresAt: expiry,
                owner: "k",
                answer: answer
            )
        }
        let late = StateFixture.now + IdempotencyRecord.lifetime
        apply([.putIdempotency(record("a", late, body: 7))], to: &state)
        apply([.putIdempotency(record("a", late, body: 5))], to: &state)
        apply([.putIdempotency(record("b", late + .seconds(1), body: 3))], to: &state)
        #expect(state.idempotency.count(of: "k") == 2)
        #expect(state.idempotency.byteCount == 8)
        #expect(!state.idempotency.hasExpired(at: StateFixture.now))
        apply([.expireIdempotency], to: &state, at: late)
        #expect(state.idempotency["a"] == nil)
        #expect(state.idempotency.count(of: "k") == 1)
        #expect(state.idempotency.byteCount == 3)
        apply([.removeIdempotency("b")], to: &state)
        #expect(state.idempotency.count == 0)
        #expect(state.idempotency.byteCount == 0)
    }

    @Test func `entities come back from a snapshot, and leave what is compiled alone`() throws {
        var state = State()
        let tenant = try #require(TenantID("acme"))
        let alice = try #require(EntityKey(type: "user", id: "alice"))
        let bob = try #require(EntityKey(type: "user", id: "bob"))
        for key in [bob, alice] {
            let entity = try Entity(["attributes": ["role": "admin"]], key: key)
            apply([.putEntity(tenant, StateFixture.stored(entity))], to: &state)
        }
        #expect(state.tenant(tenant).generation == 0)
        #expect(state.tenants.count == 1)
        let reader = state
        apply([.removeEntity(tenant, bob)], to: &state)
        #expect(reader.tenant(tenant).entities.count == 2)
        #expect(state.tenant(tenant).entities[alice]?.value.attributes == ["role": "admin"])
        #expect(state.tenant(tenant).entities[bob] == nil)
        let lines = try StateFixture.lines(of: reader)
        var loader = StateLoader()
        for line in lines { try loader.read(line: line) }
        try loader.finish()
        #expect(try StateFixture.lines(of: loader.state) == lines)
        #expect(loader.state.tenant(tenant).entities.keys.sorted() == [alice, bob])
    }

    @Test func `a reader's copy does not change under it`() throws {
        var state = State()
        let connection = StateFixture.stored(try StateFixture.connection("conn_a"))
        apply([.putConnection(connection)], to: &state)
        let seen = state
        apply([.removeConnection(connection.value.tenant, connection.value.id)], to: &state)
        #expect(seen.tenant(connection.value.tenant).connections.count == 1)
        #expect(state.tenant(connection.value.tenant).connections.isEmpty)
    }
}
