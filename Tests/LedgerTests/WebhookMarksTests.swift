import JSON
import Model
import Testing

@testable import Ledger

/// What the state keeps of webhooks: that they came, for a while, and as many as fit.
@Suite struct WebhookMarksTests {
    private typealias Fixture = WebhookFixture

    private func state(_ names: [String]) throws -> State {
        var state = State()
        for (index, name) in names.enumerated() {
            let change = Change.receiveWebhook(try Fixture.delivery(name))
            state.apply(
                LogEntry(
                    revision: UInt64(index + 1),
                    at: StateFixture.now,
                    actor: .system("test"),
                    changes: [change]
                )
            )
        }
        return state
    }

    @Test func `an event is known until its time is over, by its own tenant's connection`() throws {
        let state = try state(["a"])
        let (tenant, mark) = (try #require(TenantID("acme")), Fixture.mark("a"))
        let last = mark.expiresAt + .milliseconds(-1)
        let known = state.receivedWebhooks
        #expect(known.find(mark, of: tenant, at: StateFixture.now) == mark)
        #expect(known.find(mark, of: tenant, at: last) == mark)
        #expect(known.find(mark, of: tenant, at: mark.expiresAt) == nil)
        #expect(known.find(Fixture.mark("b"), of: tenant, at: StateFixture.now) == nil)
    }

    @Test func `a row keeps its newest marks, and forgets what has expired first`() throws {
        var marks = WebhookMarks()
        let tenant = try #require(TenantID("acme"))
        let (now, most) = (StateFixture.now, WebhookMarks.rowCountMax)
        marks.add(Fixture.mark("long", for: 3600), of: tenant, at: now)
        for number in 1..<most { marks.add(Fixture.mark("\(number)"), of: tenant, at: now) }
        #expect(marks.find(Fixture.mark("long"), of: tenant, at: now) != nil)
        // At the bound, and one beyond: the oldest goes.
        var full = marks
        full.add(Fixture.mark("next"), of: tenant, at: now)
        #expect(full.find(Fixture.mark("long"), of: tenant, at: now) == nil)
        #expect(full.find(Fixture.mark("1"), of: tenant, at: now) != nil)
        // What has expired makes room for what has not.
        let later = now + .seconds(60)
        marks.add(Fixture.mark("next", at: later), of: tenant, at: later)
        #expect(marks.find(Fixture.mark("long"), of: tenant, at: later) != nil)
        #expect(marks.rows.map(\.count).reduce(0, +) == 2)
    }

    @Test func `a snapshot has the marks and no payload, and gives the same state`() throws {
        let state = try state(["a", "b", "c"])
        let lines = try StateFixture.lines(of: state)
        #expect(lines.count == 2)
        #expect(!lines.contains { String(decoding: $0, as: UTF8.self).contains("deliveryId") })
        var loader = StateLoader()
        for line in lines { try loader.read(line: line) }
        try loader.finish()
        #expect(try StateFixture.lines(of: loader.state) == lines)
        let (tenant, now) = (try #require(TenantID("acme")), StateFixture.now)
        #expect(loader.state.receivedWebhooks.find(Fixture.mark("b"), of: tenant, at: now) != nil)
        #expect(state.revision == 3 && state.tenants.count == 0)
    }
}
