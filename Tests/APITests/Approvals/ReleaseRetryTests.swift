import Commands
import HTTPWire
import JSON
import Model
import SecretTesting
import Testing

@testable import API
@testable import Commands

/// A publication at a time that meets what is down for the moment: it is tried again, ever more rarely,
/// and in the end refused; what is wrong with the config is refused at once.
@Suite struct ReleaseRetryTests {
    private static let tenant = ApprovalWorld.tenant
    private static let start = Timestamp(milliseconds: WallClockTime.now) + .seconds(3601)

    private func scheduled(_ world: ApprovalWorld, _ note: String = "one") async throws -> String {
        let id = try await world.approved(try await world.version(note))
        let time: JSONValue = ["publishAt": .string(ChangeRequestLifeTests.time(in: 3600))]
        #expect(try await world.move(id, "schedule", time, as: world.author).status == 200)
        return id
    }

    private func hook(_ world: ApprovalWorld) async throws {
        let hook: JSONValue = ["url": "https://alerts.example/hook"]
        try await world.api.must(.put, Self.tenant + "/webhooks/ops", hook)
    }

    private func alerts(_ world: ApprovalWorld) async throws -> Int {
        let path = Self.tenant + "/webhooks/ops/deliveries"
        let items = try await world.api.must(.get, path).json["items"]?.array ?? []
        return items.count { $0["eventType"] == "config.schedule_failed" }
    }

    private func look(_ scheduler: ReleaseScheduler, after seconds: Int) async {
        await scheduler.publishDue { Self.start + .seconds(seconds) }
    }

    private func steps(_ request: JSONValue) -> [String] {
        (request["history"]?.array ?? []).compactMap { $0["step"]?.string }
    }

    @Test func `a secret store that is down for a while puts it off, and no longer`() async throws {
        let outage = SampleOutage(isOn: true)
        let world = try await ApprovalWorld(outage: outage)
        try await hook(world)
        let id = try await scheduled(world)
        let scheduler = ReleaseScheduler(world.api.handler.services)
        await look(scheduler, after: 0)
        let waiting = try await world.read(id)
        #expect(waiting["status"] == "Scheduled", "\(waiting)")
        #expect(waiting["lastFailure"]?["code"] == "VALIDATION_FAILED")
        #expect(waiting["lastFailure"]?["detail"]?.string?.contains("is down") == true)
        let secrets = waiting["gates"]?.array?.first { $0["gate"] == "SECRETS" }
        #expect(secrets?["verdict"] == "failed" && secrets?["temporary"] == true, "\(waiting)")
        #expect(steps(waiting).last == "postpone")
        // Each further try leaves no step: a night of them would push all others out.
        for seconds in [15, 45, 105] { await look(scheduler, after: seconds) }
        #expect(try await world.read(id)["historyCount"] == waiting["historyCount"])
        outage.set(false)
        await look(scheduler, after: 224)
        #expect(try await world.status(id) == "Scheduled", "not before its pause is over")
        await look(scheduler, after: 225)
        let done = try await world.read(id)
        #expect(done["status"] == "Applied", "\(done)")
        #expect(done["lastFailure"]?.isNull == true)
        #expect(try await world.published() == 1)
        #expect(try await alerts(world) == 0)
    }

    @Test(arguments: [false, true])
    func `at the end of the window it is refused, with an alert, also after a restart`(
        _ isRestarted: Bool
    ) async throws {
        let world = try await ApprovalWorld(outage: SampleOutage(isOn: true))
        try await hook(world)
        let id = try await scheduled(world)
        var scheduler = ReleaseScheduler(world.api.handler.services)
        await look(scheduler, after: 0)
        if isRestarted { scheduler = ReleaseScheduler(world.api.handler.services) }
        let window = Int(ReleaseRetries.window.components.seconds)
        await look(scheduler, after: window)
        #expect(try await world.status(id) == "Scheduled")
        #expect(try await alerts(world) == 0)
        await look(scheduler, after: window + 121)
        let refused = try await world.read(id)
        #expect(refused["status"] == "Approved", "\(refused)")
        #expect(steps(refused).suffix(2) == ["postpone", "fail"])
        let detail = refused["lastFailure"]?["detail"]?.string ?? ""
        #expect(detail.hasPrefix("It was tried again for 30 minutes, since "), "\(detail)")
        #expect(detail.contains("is down"))
        #expect(try await alerts(world) == 1)
        await look(scheduler, after: window + 1000)
        #expect(try await world.status(id) == "Approved")
    }

    @Test func `what is wrong beside what is down is refused at once`() async throws {
        let world = try await ApprovalWorld(outage: SampleOutage(isOn: true))
        let id = try await scheduled(world)
        let last = try await world.read(id)["approvals"]?.array?.last
        let key = try #require(last?["actor"]?["id"]?.string)
        try await world.api.must(.delete, "\(Self.tenant)/keys/\(key)")
        await look(ReleaseScheduler(world.api.handler.services), after: 0)
        let refused = try await world.read(id)
        #expect(refused["status"] == "Approved", "\(refused)")
        #expect(steps(refused).last == "fail")
    }

    @Test func `a secret that is not there is refused at once`() async throws {
        let world = try await ApprovalWorld()
        let id = try await scheduled(world)
        let none: JSONValue = ["secretRef": "env://BINDERY_SECRET_NONE", "reason": "moved"]
        let patch = [HTTPField("Content-Type", "application/merge-patch+json")]
        let body: JSONValue = ["secretRef": none["secretRef"] ?? .null]
        let path = Self.tenant + "/connections/conn"
        let patched = try await world.api.send(
            .patch,
            path,
            bytes: body.serialized(),
            headers: patch
        )
        #expect(patched.status == 200, "\(patched)")
        await look(ReleaseScheduler(world.api.handler.services), after: 0)
        let refused = try await world.read(id)
        #expect(refused["status"] == "Approved", "\(refused)")
        let secrets = refused["gates"]?.array?.first { $0["gate"] == "SECRETS" }
        #expect(secrets?["verdict"] == "failed" && secrets?["temporary"] == nil)
    }

    @Test func `health checks that told nothing put it off`() async throws {
        // No time at all for checks: each is left unfinished.
        let world = try await ApprovalWorld { $0.publishCheckTimeMax = .zero }
        var spec = SampleObjects.spec.object ?? [:]
        spec["meta"] = ["key": "payments.test", "version": 2, "category": "payments"]
        var operations = spec["operations"]?.object ?? [:]
        operations["payments.test.ping"] = ["method": "GET", "path": "/ping"]
        spec["operations"] = .object(operations)
        spec["healthCheck"] = ["operation": "payments.test.ping"]
        let path = "/v1/specs/integrations/payments.test/versions/2"
        try await world.api.must(.put, path, .object(spec))
        let connection = SampleObjects.connection("checked", environment: "production")
            .serializedText
            .replacing("\"integrationVersion\":1", with: "\"integrationVersion\":2")
        let parsed = try JSONValue(parsing: Array(connection.utf8))
        try await world.api.must(.post, Self.tenant + "/connections", parsed)
        let versions = ApprovalWorld.line + "/versions"
        let made = try await world.api.must(.post, versions, SampleObjects.config("checked"))
        let number = try #require(made.json["meta"]?["version"]?.integer)
        try await world.api.must(.post, "\(versions)/\(number)/preview")
        let id = try await world.approved(number)
        let time: JSONValue = ["publishAt": .string(ChangeRequestLifeTests.time(in: 3600))]
        #expect(try await world.move(id, "schedule", time, as: world.author).status == 200)
        await look(ReleaseScheduler(world.api.handler.services), after: 0)
        let waiting = try await world.read(id)
        #expect(waiting["status"] == "Scheduled", "\(waiting)")
        #expect(waiting["lastFailure"]?["code"] == "HEALTH_CHECKS_UNFINISHED")
        let health = waiting["gates"]?.array?.first { $0["gate"] == "HEALTH" }
        #expect(health?["temporary"] == true, "\(waiting)")
    }

    @Test func `a trail that can't be written puts it off, and nothing is noted`() async throws {
        let world = try await ApprovalWorld()
        let id = try await scheduled(world)
        let before = try await world.read(id)
        await world.api.closeAudit()
        let scheduler = ReleaseScheduler(world.api.handler.services)
        for seconds in [0, 15, 3600, 7200] { await look(scheduler, after: seconds) }
        #expect(try await world.read(id) == before)
    }

    @Test func `it is tried again soon, then ever more rarely`() throws {
        var retries = ReleaseRetries()
        let id = try #require(ChangeRequestID("cr_one"))
        var now = Self.start
        for seconds in [15, 30, 60, 120, 120, 120] {
            retries.postpone(id, at: now)
            #expect(retries.isWaiting(id, at: now + .seconds(seconds - 1)), "\(seconds)")
            now = now + .seconds(seconds)
            #expect(!retries.isWaiting(id, at: now), "\(seconds)")
        }
        retries.keep([])
        retries.postpone(id, at: now)
        #expect(!retries.isWaiting(id, at: now + .seconds(15)), "what is over begins anew")
    }

    @Test func `of a refusal the gates tell whether it may pass by itself`() {
        func error(_ kind: CommandError.Kind, _ gates: [JSONValue]?) -> CommandError {
            var error = CommandError(kind, "CODE", "words")
            error.members["gates"] = gates.map { .array($0) }
            return error
        }
        let down: JSONValue = ["gate": "SECRETS", "verdict": "failed", "temporary": true]
        let wrong: JSONValue = ["gate": "VALIDATION", "verdict": "failed"]
        let good: JSONValue = ["gate": "PREVIEW", "verdict": "passed"]
        #expect(error(.invalid, [good, down]).isTemporary)
        #expect(!error(.invalid, [wrong, down]).isTemporary)
        #expect(!error(.unavailable, [wrong, down]).isTemporary)
        #expect(!error(.invalid, [good]).isTemporary)
        #expect(!error(.invalid, nil).isTemporary && !error(.conflict, nil).isTemporary)
        #expect(error(.unavailable, nil).isTemporary && error(.timeout, nil).isTemporary)
    }

    @Test func `a key is free again after a refusal for the moment`() async throws {
        let outage = SampleOutage(isOn: true)
        let world = try await ApprovalWorld(required: 0, outage: outage)
        let version = try await world.version("one")
        let target = "\(ApprovalWorld.line)/versions/\(version)/publish"
        let key = [HTTPField("Idempotency-Key", "once")]
        func publish() async throws -> TestAnswer {
            try await world.api.send(.post, target, [:], headers: key, key: world.author)
        }
        #expect(try await publish().code == "VALIDATION_FAILED")
        outage.set(false)
        let again = try await publish()
        #expect(again.status == 200, "\(again)")
        #expect(again["Idempotency-Replayed"] == nil)
    }
}
