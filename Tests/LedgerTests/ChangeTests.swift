import JSON
import Model
import Testing

@testable import Ledger

@Suite struct ChangeTests {
    private func roundTrip(_ change: Change) throws -> (before: [UInt8], after: [UInt8]) {
        let entry = LogEntry(
            revision: 7,
            at: StateFixture.now,
            actor: ChangeActor(type: "key", id: "k1"),
            changes: [change]
        )
        let before = entry.serialized()
        return (before, try LogEntry(parsing: before).serialized())
    }

    @Test(arguments: [1 as JSONValue, "2.0.0-beta.1"])
    func `where a migrated version came from is read back, of either form of version`(
        _ text: JSONValue
    ) throws {
        let version = try #require(ObjectVersion(text))
        let config = try StateFixture.config(domain: "a.example.com")
        let migrated = StateFixture.stored(
            ConfigVersion(number: 4, config: config, origin: .migration(from: 3, of: version))
        )
        let (before, after) = try roundTrip(.putConfigVersion(migrated))
        #expect(before == after)
        let read = try LogEntry(parsing: before)
        guard case .putConfigVersion(let found) = read.changes[0] else {
            Issue.record("it is another change")
            return
        }
        #expect(found.value.origin == .migration(from: 3, of: version))
    }

    @Test(arguments: [nil, ContentAuthors(), ContentAuthors(["k1", "jwt-00ff"])])
    func `the authors of a version are read back, and that there are none kept`(
        _ authors: ContentAuthors?
    ) throws {
        let version = StateFixture.stored(
            ConfigVersion(number: 1, config: try StateFixture.config(), authors: authors)
        )
        let (before, after) = try roundTrip(.putConfigVersion(version))
        #expect(before == after)
        guard case .putConfigVersion(let found) = try LogEntry(parsing: before).changes[0] else {
            Issue.record("it is another change")
            return
        }
        #expect(found.value.authors == authors)
    }

    @Test func `the step that made a version keeps where it came from`() throws {
        let config = try StateFixture.config()
        let origins: [ConfigVersion.Origin?] = [
            nil, .version(3), .rollback(to: 2), .promotion(from: config.environment, version: 4),
            .migration(from: 1, of: .integer(2)),
        ]
        for origin in origins {
            let step = ConfigTransition(
                version: 5,
                from: nil,
                to: .draft,
                actor: "k1",
                at: StateFixture.now,
                reason: nil,
                origin: origin
            )
            let (before, after) = try roundTrip(.addTransition(config.tenant, config.line, step))
            #expect(before == after)
            let read = try LogEntry(parsing: before).changes[0]
            guard case .addTransition(_, _, let found) = read else {
                Issue.record("it is another change")
                return
            }
            #expect(found == step)
        }
    }

    @Test func `every kind of change reads back as it was written`() throws {
        let connection = StateFixture.stored(try StateFixture.connection("conn_a"))
        let config = try StateFixture.config(domain: "a.example.com")
        let version = StateFixture.stored(
            ConfigVersion(
                number: 4,
                config: config,
                status: .published,
                origin: .promotion(from: config.environment, version: 2),
                wasPreviewed: true,
                authors: ContentAuthors(["k1", "jwt-00ff"])
            )
        )
        var health = ConnectionHealth(status: .degraded)
        health.checkedAt = StateFixture.now
        health.latencyMilliseconds = 12.5
        health.errorCode = "PROVIDER_ERROR"
        health.consecutiveFailures = 2
        health.lastFailureAt = StateFixture.now
        health.transitions = [
            HealthTransition(at: StateFixture.now, from: .unknown, to: .healthy, errorCode: nil),
            HealthTransition(
                at: StateFixture.now,
                from: .healthy,
                to: .degraded,
                errorCode: "PROVIDER_ERROR"
            ),
        ]
        let answer = IdempotencyRecord.Answer(
            status: 201,
            headers: ["ETag": "\"3\"", "Location": "/v1/x"],
            body: Array("{\"a\":\"ü\"}".utf8)
        )
        let record = IdempotencyRecord(
            key: "k",
            bodyDigest: "d",
            expiresAt: StateFixture.now,
            owner: "k1",
            answer: answer,
            repeatableOn: ConnectionID("conn_a")
        )
        let key = try Credential(
            ["roles": ["runtime"], "workflows": ["a*"], "environments": ["*"], "name": "n"],
            id: try #require(CredentialID("k1")),
            tenant: TenantID("acme"),
            digest: "00ff"
        )
        let rule = try PolicyRule(["id": "p", "effect": "forbid"], id: nil)
        let entity = try Entity(
            ["attributes": ["role": "admin", "tags": [1, true, nil]], "description": "ü"],
            key: try #require(EntityKey(type: "user", id: "bob@example.com"))
        )
        let secret = SealedSecret(
            name: try #require(SecretName("stripe")),
            version: 7,
            createdAt: StateFixture.now,
            updatedAt: StateFixture.now + .seconds(1),
            seal: SealedSecret.Seal(keyID: "00ff00ff00ff00ff", bytes: Array(0...255))
        )
        let policy = ApprovalPolicy(
            reading: ["environments": ["production": ["required": 2]], "description": "d"],
            issues: IssueList()
        )
        let request = try ApprovalFixture.request(config)
        let changes: [Change] = [
            .putSpec(StateFixture.stored(try StateFixture.spec("payments.x"))),
            .removeSpec(connection.value.spec), .putConnection(connection),
            .removeConnection(connection.value.tenant, connection.value.id),
            .putHealth(connection.value.tenant, connection.value.id, health),
            .putConfigVersion(version),
            .removeConfigVersion(config.tenant, config.line, 4),
            .putPolicy(nil, StateFixture.stored(rule)),
            .putPolicy(config.tenant, StateFixture.stored(rule)),
            .putEntity(config.tenant, StateFixture.stored(entity)),
            .putApprovalPolicy(config.tenant, StateFixture.stored(policy)),
            .removeApprovalPolicy(config.tenant, reason: "Nobody is left to ask."),
            .putChangeRequest(StateFixture.stored(request)),
            .removeChangeRequest(config.tenant, request.id),
            .removeEntity(config.tenant, entity.key), .removePolicy(nil, rule.id),
            .putCredential(StateFixture.stored(key)),
            .putCredential(StateFixture.stored(key.revoked)), .putIdempotency(record),
            .removeIdempotency("k"), .expireIdempotency, .removeCredential(key.id),
            .anchorAudit(AuditAnchor(sequence: 9, hash: "ab"), of: .only),
            .anchorAudit(AuditAnchor(sequence: 9, hash: "ab"), of: AuditWriter("0193")),
            .anchorAudit(
                AuditAnchor(
                    sequence: 9,
                    hash: "ab",
                    removed: AuditAnchor.Point(sequence: 4, hash: "cd")
                ),
                of: .only
            ),
            .removeBlueprint(config.blueprint), .receiveWebhook(try WebhookFixture.delivery("a")),
            .rememberWebhooks(row: 1023, [WebhookFixture.mark("a"), WebhookFixture.mark("b")]),
            .putLease("health", LedgerLease(holder: "0193", term: 7)),
            .putOverlap(
                config.tenant,
                connection.value.id,
                SecretOverlap(
                    previous: try #require(SecretReference("env://BINDERY_SECRET_A")),
                    current: try #require(SecretReference("env://BINDERY_SECRET_B")),
                    until: Timestamp(milliseconds: 1_700_000_000_000)
                )
            ),
            .putOverlap(
                config.tenant,
                connection.value.id,
                SecretOverlap(
                    previous: try #require(SecretReference("env://BINDERY_SECRET_A")),
                    current: try #require(SecretReference("env://BINDERY_SECRET_B")),
                    until: Timestamp(milliseconds: 1_700_000_000_000),
                    previousEnd: Timestamp(milliseconds: 1_800_000_000_000)
                )
            ), .removeOverlap(config.tenant, connection.value.id),
            .putSecret(config.tenant, secret),
            .removeSecret(config.tenant, secret.name),
        ]
        let alerts = try AlertFixture.changes(config.tenant, connection.value.id)
        for change in changes + alerts {
            let texts = try roundTrip(change)
            #expect(texts.before == texts.after)
        }
    }

    private static let head =
        #"{"revision":1,"at":"2025-01-01T00:00:00Z","#
        + #""actor":{"type":"a","id":"b"},"changes":"#
    private static let stamps =
        #""revision":1,"createdAt":"2025-01-01T00:00:00Z","#
        + #""updatedAt":"2025-01-01T00:00:00Z""#

    @Test(arguments: [
        #"{"#, #"[]"#, #"{"revision":1}"#,
        #"{"revision":1,"at":"x","actor":{"type":"a","id":"b"},"changes":[]}"#,
        head + #"[{"kind":"moon","action":"put"}]}"#,
        head + #"[{"kind":"webhook","action":"remember","row":1024,"marks":[]}]}"#,
        head + #"[{"kind":"webhook","action":"remember","row":0,"marks":["1 2 3"]}]}"#,
        head + #"[{"kind":"connection","action":"put","# + stamps + #","object":{}}]}"#,
    ])
    func `an entry that can't be read is damage, not a guess`(_ text: String) {
        #expect(throws: ChangeError.self) { _ = try LogEntry(parsing: Array(text.utf8)) }
    }
}
