import Testing
import Waiting

@testable import Outbound

@Suite struct OutboundLoadTests {
    @Test func `carries many requests at once`() async throws {
        let server = try ScriptedServer { .answer(body: $0.target) }
        defer { server.stop() }
        let client = try Loopback.client()
        let count = 500
        let rightCount = try await withThrowingTaskGroup { group in
            for number in 0..<count {
                group.addTask {
                    let url = server.url("/\(number)")
                    let response = try await client.send(.init(for: .call, method: "GET", url: url))
                    return response.body == Array("/\(number)".utf8)
                }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(rightCount == count)
        #expect(server.requests.count == count)
        #expect(client.requestCount == 0)
    }

    @Test func `over the limit requests wait, and beyond the line they are refused`() async throws {
        let server = try ScriptedServer { _ in [.hold] }
        defer { server.stop() }
        let client = try Loopback.client(inFlightCountMax: 2, waitingCountMax: 3)
        try await withThrowingTaskGroup { group in
            for _ in 0..<5 {
                group.addTask {
                    try await client.send(.init(for: .call, method: "POST", url: server.url()))
                        .status
                }
            }
            try await server.received(2)
            try await Wait.until("five requests") { client.requestCount >= 5 }
            #expect(server.requests.count == 2)
            let request = OutboundRequest(for: .call, method: "POST", url: server.url())
            let error = try await Loopback.failure(of: request, by: client)
            #expect(error.code == .overloaded)
            #expect(!error.mayHaveReachedServer)
            server.release()
            for try await status in group { #expect(status == 200) }
        }
        #expect(server.requests.count == 5)
    }

    @Test func `who gets no turn in time was certainly not sent`() async throws {
        let server = try ScriptedServer { _ in [.hold] }
        defer { server.stop() }
        let client = try Loopback.client(inFlightCountMax: 1)
        let first = Task {
            try await client.send(.init(for: .call, method: "GET", url: server.url())).status
        }
        try await server.received(1)
        let request = OutboundRequest(
            for: .call,
            method: "POST",
            url: server.url("/second"),
            timeout: .milliseconds(20)
        )
        let error = try await Loopback.failure(of: request, by: client)
        #expect(error.code == .timeout)
        #expect(!error.mayHaveReachedServer)
        server.release()
        #expect(try await first.value == 200)
        #expect(server.requests.count == 1)
    }

    @Test func `cancelling the task aborts a request that is on its way`() async throws {
        let server = try ScriptedServer { _ in [.hold] }
        defer { server.stop() }
        let client = try Loopback.client()
        let task = Task {
            try await client.send(.init(for: .call, method: "POST", url: server.url()))
        }
        try await server.received(1)
        task.cancel()
        let error = await #expect(throws: OutboundError.self) { try await task.value }
        #expect(error?.code == .cancelled)
        #expect(error?.mayHaveReachedServer == true)
        #expect(client.requestCount == 0)
    }

    @Test func `cancelling the task takes a request out of the line`() async throws {
        let server = try ScriptedServer { _ in [.hold] }
        defer { server.stop() }
        let client = try Loopback.client(inFlightCountMax: 1)
        let first = Task {
            try await client.send(.init(for: .call, method: "GET", url: server.url())).status
        }
        try await server.received(1)
        let second = Task {
            try await client.send(.init(for: .call, method: "POST", url: server.url()))
        }
        try await Wait.until("two requests") { client.requestCount >= 2 }
        second.cancel()
        let error = await #expect(throws: OutboundError.self) { try await second.value }
        #expect(error?.code == .cancelled)
        #expect(error?.mayHaveReachedServer == false)
        server.release()
        #expect(try await first.value == 200)
        #expect(server.requests.count == 1)
    }

    @Test func `a task cancelled before it sends sends nothing`() async throws {
        let server = try ScriptedServer { _ in .answer() }
        defer { server.stop() }
        let client = try Loopback.client()
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            return try await client.send(.init(for: .call, method: "POST", url: server.url()))
        }
        task.cancel()
        let error = await #expect(throws: OutboundError.self) { try await task.value }
        #expect(error?.code == .cancelled)
        #expect(error?.mayHaveReachedServer == false)
        #expect(server.requests.isEmpty)
        #expect(client.requestCount == 0)
    }

    @Test func `a client can be made and let go many times`() async throws {
        let server = try ScriptedServer { _ in .answer() }
        defer { server.stop() }
        for _ in 0..<20 {
            let client = try Loopback.client()
            #expect(
                try await client.send(.init(for: .call, method: "GET", url: server.url())).status
                    == 200
            )
        }
        #expect(server.connectionCount == 20)
    }
}
