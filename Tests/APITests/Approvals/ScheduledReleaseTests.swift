import HTTPWire
import JSON
import Model
import Testing

@testable import API
@testable import Commands

/// Going live at a time: through all gates as of then, once, and not at all when one refuses.
@Suite struct ScheduledReleaseTests {
    private func scheduled(_ world: ApprovalWorld, _ note: String) async throws -> String {
        let id = try await world.approved(try await world.version(note))
        let body: JSONValue = ["publishAt": .string(ChangeRequestLifeTests.time(in: 3600))]
        let answer = try await world.move(id, "schedule", body, as: world.author)
        #expect(answer.json["status"] == "Scheduled", "\(answer)")
        return id
    }

    private static var later: Timestamp {
        Timestamp(milliseconds: WallClockTime.now) + .seconds(3601)
    }

    @Test func `at its time it goes live, once, and not before`() async throws {
        let world = try await ApprovalWorld()
        let id = try await scheduled(world, "one")
        let scheduler = ReleaseScheduler(world.api.handler.services)
        await scheduler.publishDue { Timestamp(milliseconds: WallClockTime.now) }
        #expect(try await world.status(id) == "Scheduled")
        let second = ReleaseScheduler(world.api.handler.services)
        await withTaskGroup { group in
            for one in [scheduler, second, scheduler] {
                group.addTask { await one.publishDue { Self.later } }
            }
        }
        #expect(try await world.status(id) == "Applied")
        let history = try await world.api.send(.get, ApprovalWorld.line + "/history")
        let published = history.json["items"]?.array?.filter { $0["to"] == "published" }
        #expect(published?.count == 1)
        let last = try await world.read(id)["history"]?.array?.last
        #expect(last?["actor"] == ["type": "system", "id": "scheduler"])
        let records = try await world.api.audited(after: 0).records
        #expect(records.suffix(2) == ["change changeRequest.apply", "change config.publish"])
    }

    @Test func `a gate that refuses makes it approved again, with its verdict and an alert`()
        async throws
    {
        let world = try await ApprovalWorld()
        let hook: JSONValue = ["url": "https://alerts.example/hook"]
        try await world.api.must(.put, ApprovalWorld.tenant + "/webhooks/ops", hook)
        let id = try await scheduled(world, "one")
        // What was valid when it was approved is so no more.
        try await world.api.must(.post, ApprovalWorld.tenant + "/connections/conn/pause")
        await ReleaseScheduler(world.api.handler.services).publishDue { Self.later }
        let request = try await world.read(id)
        #expect(request["status"] == "Approved")
        #expect(request["lastFailure"]?["code"] == "VALIDATION_FAILED", "\(request)")
        #expect(try await world.published() == nil)
        let deliveries = try await world.api.send(
            .get,
            ApprovalWorld.tenant + "/webhooks/ops/deliveries"
        )
        let types = deliveries.json["items"]?.array?.compactMap { $0["eventType"]?.string } ?? []
        #expect(types.count { $0 == "config.schedule_failed" } == 1, "\(deliveries)")
        // It is not tried again by itself.
        try await world.api.must(.post, ApprovalWorld.tenant + "/connections/conn/resume")
        await ReleaseScheduler(world.api.handler.services).publishDue { Self.later }
        #expect(try await world.status(id) == "Approved")
        #expect(try await world.move(id, "apply", as: world.author).status == 200)
    }

    @Test func `a base that moved is refused at the time`() async throws {
        let world = try await ApprovalWorld()
        let id = try await scheduled(world, "one")
        let other = try await world.approved(try await world.version("two"))
        #expect(try await world.move(other, "apply", as: world.author).status == 200)
        await ReleaseScheduler(world.api.handler.services).publishDue { Self.later }
        #expect(try await world.read(id)["lastFailure"]?["code"] == "CHANGE_REQUEST_CONFLICT")
        #expect(try await world.published() == 2)
    }

    @Test func `a time can be moved and taken away`() async throws {
        let world = try await ApprovalWorld()
        let id = try await scheduled(world, "one")
        let body: JSONValue = ["publishAt": .string(ChangeRequestLifeTests.time(in: 7200))]
        #expect(try await world.move(id, "schedule", body, as: world.author).status == 200)
        await ReleaseScheduler(world.api.handler.services).publishDue { Self.later }
        #expect(try await world.status(id) == "Scheduled")
        let none: JSONValue = ["publishAt": nil]
        let taken = try await world.move(id, "schedule", none, as: world.author)
        #expect(taken.json["status"] == "Approved", "\(taken)")
        let twice = try await world.move(id, "schedule", none, as: world.author)
        #expect(twice.code == "INVALID_TRANSITION")
    }

    @Test func `a time is ahead, and at most ninety days`() async throws {
        let world = try await ApprovalWorld()
        let id = try await world.approved(try await world.version("one"))
        let day: Int64 = 86_400
        for (seconds, status) in [
            (-1, 422), (91 * day, 422), (90 * day + 60, 422), (90 * day - 60, 200),
        ] as [(Int64, Int)] {
            let body: JSONValue = ["publishAt": .string(ChangeRequestLifeTests.time(in: seconds))]
            let answer = try await world.move(id, "schedule", body, as: world.author)
            #expect(answer.status == status, "\(seconds): \(answer)")
        }
        let other = try await world.approved(try await world.version("two"))
        let bare = try await world.move(other, "schedule", as: world.author)
        #expect(bare.code == "MISSING_FIELD")
    }

    @Test func `so many wait for their time, and no more`() async throws {
        let world = try await ApprovalWorld(required: 1)
        let body: JSONValue = ["publishAt": .string(ChangeRequestLifeTests.time(in: 3600))]
        for number in 0...ChangeRequest.scheduledCountMax {
            let id = try await world.submitted(try await world.version("v\(number)"))
            #expect(try await world.move(id, "approve", as: world.anna).status == 200)
            let answer = try await world.move(id, "schedule", body, as: world.author)
            let isLast = number == ChangeRequest.scheduledCountMax
            #expect(answer.code == (isLast ? "TOO_MANY_SCHEDULED" : nil), "\(number): \(answer)")
        }
    }
}
