import Synchronization
import Testing
import Waiting

@testable import Outbound

/// Every request ends by its deadline, whatever becomes of libcurl's timers.
@Suite struct OverdueTests {
    @Test(arguments: ["", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"])
    func `the deadline is kept without libcurl's timer`(_ answer: String) async throws {
        let server = try ScriptedServer { _ in answer.isEmpty ? [.hold] : .text(answer) }
        defer { server.stop() }
        let request = OutboundRequest(
            for: .call,
            method: "POST",
            url: server.url(),
            timeout: .milliseconds(150)
        )
        let client = try Loopback.client()
        let error = try await Loopback.failure(of: request, by: client)
        #expect(error.code == .timeout)
        #expect(error.mayHaveReachedServer)
        // In the loop's own words, not libcurl's.
        #expect(error.detail.hasSuffix("no answer in time"))
        #expect(client.requestCount == 0)
    }

    @Test func `a stream that goes on is ended at its deadline`() async throws {
        let head = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"
        let server = try ScriptedServer { _ in .text(head) }
        defer { server.stop() }
        let request = OutboundRequest(
            for: .call,
            method: "GET",
            url: server.url(),
            timeout: .milliseconds(300)
        )
        let client = try Loopback.client()
        guard case .stream(let stream) = try await client.open(request) else {
            Issue.record("a good answer is a stream")
            return
        }
        #expect(try await stream.next() == Array("abc".utf8))
        let error = await #expect(throws: OutboundError.self) { try await stream.next() }
        #expect(error?.code == .timeout)
        #expect(client.requestCount == 0)
    }

    @Test func `requests with next to no time left all end`() async throws {
        let server = try ScriptedServer { _ in [.hold] }
        defer { server.stop() }
        let client = try Loopback.client()
        let count = 300
        let ends = Ends()
        for number in 0..<count {
            let request = OutboundRequest(
                for: .call,
                method: "POST",
                url: server.url(),
                timeout: .microseconds(1000 + number % 10 * 100)
            )
            Task {
                do throws(OutboundError) {
                    _ = try await client.send(request)
                } catch {
                    ends.note(error.code)
                }
            }
        }
        try await Wait.until("the end of all requests") { ends.codes.count == count }
        #expect(ends.codes.allSatisfy { $0 == .timeout || $0 == .overloaded })
        #expect(client.requestCount == 0)
    }

    private final class Ends: Sendable {
        private let list = Mutex<[OutboundError.Code]>([])
        var codes: [OutboundError.Code] { list.withLock { $0 } }
        func note(_ code: OutboundError.Code) { list.withLock { $0.append(code) } }
    }

    private let start = ContinuousClock.now

    private func looks(_ watch: inout DeadlineWatch, _ now: ContinuousClock.Instant) -> Bool {
        watch.look(now: now)
    }

    @Test func `the earliest deadline says when to look`() {
        var watch = DeadlineWatch()
        #expect(watch.due == nil)
        watch.add(start + .seconds(5))
        watch.add(start + .seconds(3))
        watch.add(start + .seconds(9))
        #expect(watch.due == start + .seconds(3))
        #expect(!looks(&watch, start + .milliseconds(2999)))
        #expect(looks(&watch, start + .seconds(3)))
        // Whoever looks tells again of what stays.
        #expect(watch.due == nil)
        watch.add(start + .seconds(5))
        #expect(watch.due == start + .seconds(5))
    }

    @Test func `looks keep their distance`() {
        var watch = DeadlineWatch()
        watch.add(start)
        #expect(looks(&watch, start))
        watch.add(start + .milliseconds(1))
        #expect(!looks(&watch, start + .milliseconds(1)))
        #expect(watch.due == start + DeadlineWatch.interval)
        #expect(looks(&watch, start + DeadlineWatch.interval))
    }
}
