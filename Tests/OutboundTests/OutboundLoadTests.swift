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
        // Not a timeout: the server was not asked.
        #expect(error.code == .overloaded)
        #expect(!error.mayHaveReachedServer)
        server.release()
        #expect(try await first.value == 200)
        #expect(server.requests.count == 1)
    }

    @Test func `what has waited for most of its time is not sent`() async throws {
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
            url: server.url(),
            timeout: .milliseconds(800)
        )
        let second = Task { try await Loopback.failure(of: request, by: client) }
        try await Wait.until("two requests") { client.requestCount == 2 }
        // From here on there is room, and too little time.
        try await Task.sleep(for: .milliseconds(650))
        server.release()
        let error = try await second.value
        #expect(error.code == .overloaded)
        #expect(!error.mayHaveReachedServer)
        #expect(try await first.value == 200)
        #expect(server.requests.count == 1)
    }

    /// Requests that the server lets hang, and what they will be answered.
    private static func hanging(
        _ count: Int,
        _ method: String,
        for effect: OutboundEffect,
        _ client: OutboundClient,
        _ server: ScriptedServer
    ) -> [Task<Int, any Error>] {
        let url = server.url("/hang")
        return (0..<count)
            .map { _ in
                Task {
                    try await client.send(.init(for: effect, method: method, url: url)).status
                }
            }
    }

    @Test func `calls that hang leave room for health checks and tokens, and these for calls`()
        async throws
    {
        let server = try ScriptedServer { $0.target == "/hang" ? [.hold] : .answer() }
        defer { server.stop() }
        let client = try Loopback.client(inFlightCountMax: 8, reservedCount: 1)
        let hanging = Self.hanging(20, "POST", for: .call, client, server)
        // The eighth place is not theirs.
        try await server.received(7)
        try await Wait.until("all calls") { client.requestCount == 20 }
        for effect in [OutboundEffect.healthCheck, .token, .secret, .issuerKeys] {
            let request = OutboundRequest(for: effect, method: "GET", url: server.url())
            #expect(try await client.send(request).status == 200)
        }
        #expect(server.requests.filter { $0.target == "/hang" }.count == 7)
        server.release()
        for task in hanging { #expect(try await task.value == 200) }
    }

    @Test func `health checks that hang leave room for calls`() async throws {
        let server = try ScriptedServer { $0.target == "/hang" ? [.hold] : .answer() }
        defer { server.stop() }
        let client = try Loopback.client(inFlightCountMax: 8, reservedCount: 1)
        let hanging = Self.hanging(20, "GET", for: .healthCheck, client, server)
        try await server.received(2)
        try await Wait.until("all checks") { client.requestCount == 20 }
        let request = OutboundRequest(for: .call, method: "POST", url: server.url())
        #expect(try await client.send(request).status == 200)
        #expect(server.requests.filter { $0.target == "/hang" }.count == 2)
        server.release()
        for task in hanging { #expect(try await task.value == 200) }
    }

    @Test func `calls that wait leave places in the line`() async throws {
        let server = try ScriptedServer { _ in [.hold] }
        defer { server.stop() }
        let client = try Loopback.client(
            inFlightCountMax: 8,
            waitingCountMax: 0,
            reservedCount: 1
        )
        let hanging = (0..<7)
            .map { _ in
                Task {
                    try await client.send(.init(for: .call, method: "POST", url: server.url()))
                        .status
                }
            }
        try await server.received(7)
        let call = OutboundRequest(for: .call, method: "POST", url: server.url())
        #expect(try await Loopback.failure(of: call, by: client).code == .overloaded)
        let check = Task {
            try await client.send(.init(for: .healthCheck, method: "GET", url: server.url())).status
        }
        try await server.received(8)
        server.release()
        for task in hanging + [check] { #expect(try await task.value == 200) }
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
