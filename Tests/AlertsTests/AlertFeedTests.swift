import JSON
import Ledger
import Model
import Testing

@testable import Alerts

/// What the ledger does not know of by itself.
@Suite struct AlertFeedTests {
    private func connection(_ world: AlertWorld, expires: Timestamp?) async throws -> Connection {
        var body: JSONObject = [
            "meta": [
                "id": "conn", "integrationKey": "x", "integrationVersion": 1,
                "environment": "sandbox",
            ],
            "ownershipMode": "byok",
        ]
        body["credentialsExpiresAt"] = expires.map { .string($0.text) }
        let connection = try Connection(.object(body), tenant: world.tenant, id: nil)
        try await world.commit([
            .putConnection(
                Stored(connection, revision: 2, createdAt: world.now, updatedAt: world.now)
            )
        ])
        return connection
    }

    private func types(_ world: AlertWorld) throws -> [String] {
        try world.deliveries.map { delivery in
            let data = try JSONValue(parsing: delivery.payload)["data"]
            let number = data?["percent"]?.integer ?? data?["daysLeft"]?.integer
            return delivery.type + (number.map { " \($0)" } ?? "")
        }
    }

    @Test func `what is told once is told once, whoever notes it again`() async throws {
        let world = try await AlertWorld("https://alerts.example/")
        let connection = try await connection(world, expires: nil)
        let feed = AlertFeed(ledger: world.ledger)
        feed.start()
        for (percent, day) in [(80, "a"), (80, "a"), (100, "a"), (80, "b")] {
            feed.note(
                AlertFeed.Note(
                    .connectionQuotaReached,
                    tenant: world.tenant,
                    connection: connection.id,
                    details: ["percent": .integer(Int64(percent))],
                    mark: AlertMark(name: "quota.callsPerDay.\(percent)", value: day)
                )
            )
        }
        for _ in 0..<2 {
            feed.note(
                AlertFeed.Note(
                    .connectionBreakerOpened,
                    tenant: world.tenant,
                    connection: connection.id,
                    details: ["callClass": "read"]
                )
            )
        }
        await feed.stop()
        let quota = "connection.quota_reached"
        #expect(
            try types(world) == [
                "\(quota) 80", "\(quota) 100", "\(quota) 80", "connection.breaker_opened",
                "connection.breaker_opened",
            ]
        )
        #expect(feed.droppedCount == 0)
    }

    @Test func `credentials that end soon are told of at each threshold once`() async throws {
        let world = try await AlertWorld("https://alerts.example/")
        let end = AlertWorld.start + .seconds(20 * 86_400)
        _ = try await connection(world, expires: end)
        let clock = AlertClock(now: { world.now }, fraction: { 0 })
        let feed = AlertFeed(ledger: world.ledger, clock: clock)
        let watch = ExpiryWatch(ledger: world.ledger, feed: feed, clock: clock)
        let name = "connection.credentials_expiring"
        var told: [[String]] = []
        for days in [0, 5, 1, 1, 10, 1, 2, 1, 1] {
            world.advance(.seconds(days * 86_400))
            await watch.look()
            told.append(try types(world))
        }
        // Day 5 is 15 days before the end, day 6 is 14, day 17 is 3, day 20 is none.
        #expect(told.map(\.count) == [0, 0, 1, 1, 2, 2, 3, 3, 3])
        #expect(told.last == ["\(name) 14", "\(name) 3", "\(name) 0"])
        // A new end begins anew.
        _ = try await connection(world, expires: world.now + .seconds(86_400))
        await watch.look()
        #expect(try types(world).last == "\(name) 3")
    }
}
