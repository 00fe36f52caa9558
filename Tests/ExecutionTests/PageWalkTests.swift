import JSON
import Model
import Testing

@testable import Execution

@Suite struct PageWalkTests {
    private func world(_ script: @escaping FakeProvider.Script) async throws -> ExecutionWorld {
        try await ExecutionWorld(script)
    }

    private func spec(_ world: ExecutionWorld, _ pagination: JSONValue) throws -> IntegrationSpec {
        try world.spec([
            "method": "GET", "path": "/v1/list", "encoding": nil, "body": nil,
            "query": ["limit": 2, "q": "{{input.q}}"], "pagination": pagination,
        ])
    }

    private func walk(
        _ world: ExecutionWorld,
        _ pagination: JSONValue,
        pages: Int = 10
    ) async throws -> CallResult {
        let call = try world.call(try spec(world, pagination), input: ["q": "a b"])
        return try await PageWalk(world.executor, pages: pages).run(call).get()
    }

    private static let cursor: JSONValue = [
        "style": "cursor", "items": "/data", "parameter": "after", "next": "/next",
    ]

    @Test func `a cursor is followed to the end, each page an audited call`() async throws {
        let world = try await world { request in
            request.target.contains("after=c%2F2")
                ? .answer("200 OK", [], body: #"{"data": [3], "next": null}"#)
                : .answer("200 OK", [], body: #"{"data": [1, 2], "next": "c/2"}"#)
        }
        let result = try await walk(world, Self.cursor)
        #expect(result.output == [1, 2, 3])
        let pages = try #require(result.json["pages"])
        #expect(pages["count"] == 2)
        #expect(pages["items"] == 3)
        #expect(pages["complete"] == true)
        #expect(result.attempts == 2)
        let ids = try #require(pages["auditIds"]?.array)
        #expect(ids.count == 2)
        for id in ids { _ = try await world.record(id.string) }
        #expect(world.provider.requests.map(\.target).first == "/v1/list?limit=2&q=a%20b")
        #expect(world.provider.requests.last?.target == "/v1/list?limit=2&q=a%20b&after=c%2F2")
    }

    @Test func `offsets count items and pages count pages`() async throws {
        let script: FakeProvider.Script = { request in
            let isLast = request.target.contains("at=2") || request.target.contains("at=1&")
            return .answer("200 OK", [], body: isLast ? "[]" : "[1, 2]")
        }
        let offsets = try await world(script)
        let byOffset = try await walk(
            offsets,
            ["style": "offset", "items": "", "parameter": "at"]
        )
        #expect(byOffset.output == [1, 2])
        #expect(offsets.provider.requests.map { $0.target.hasSuffix("at=2") } == [false, true])
        let pages = try await world(script)
        let byPage = try await walk(
            pages,
            ["style": "page", "items": "", "parameter": "at", "first": 1]
        )
        #expect(byPage.output == [1, 2])
        #expect(pages.provider.requests.last?.target.hasSuffix("at=2") == true)
    }

    @Test func `a Link header is followed within its origin only`() async throws {
        let world = try await world { request in
            if request.target.contains("page=2") {
                let evil = #"Link: <http://other.example/list?page=3>; rel="next""#
                return .answer("200 OK", [evil], body: "[3]")
            }
            let link = #"Link: </v1/list?page=1>; rel="prev first", </v1/list?page=2>; rel="next""#
            return .answer("200 OK", [link], body: "[1, 2]")
        }
        let result = try await walk(world, ["style": "link", "items": ""])
        #expect(result.output == [1, 2, 3])
        #expect(world.provider.requests.map(\.target).last == "/v1/list?page=2")
        let authorized = world.provider.requests.allSatisfy { $0.header("authorization") != nil }
        #expect(authorized)
    }

    @Test func `the caller's bound ends the walk and is told`() async throws {
        let world = try await world { _ in
            .answer(
                "200 OK",
                [],
                body: #"{"data": [1], "next": "\#(UInt32.random(in: 0...9_999_999))"}"#
            )
        }
        let result = try await walk(world, Self.cursor, pages: 3)
        #expect(world.provider.requests.count == 3)
        #expect(result.json["pages"]?["complete"] == false)
        #expect(result.json["pages"]?["stopped"] == "PAGE_LIMIT")
    }

    @Test func `a cursor that points to its own page, and a page without items, end it`()
        async throws
    {
        let same = try await world { _ in
            .answer("200 OK", [], body: #"{"data": [1], "next": "same"}"#)
        }
        let result = try await walk(same, Self.cursor)
        #expect(result.output == [1, 1])
        let empty = try await world { _ in
            .answer("200 OK", [], body: #"{"data": [], "next": "more"}"#)
        }
        #expect(try await walk(empty, Self.cursor).output == [])
        #expect(empty.provider.requests.count == 1)
    }

    @Test func `a page that fails leaves what was read, the first one is the failure`() async throws
    {
        let world = try await world { request in
            request.target.contains("after=")
                ? .answer("400 Bad", [], body: "{}")
                : .answer("200 OK", [], body: #"{"data": [1], "next": "n"}"#)
        }
        let result = try await walk(world, Self.cursor)
        #expect(result.output == [1])
        #expect(result.json["pages"]?["stopped"] == "PROVIDER_ERROR")
        #expect(result.json["pages"]?["auditIds"]?.array?.count == 2)
        let broken = try await self.world { _ in .answer("400 Bad", [], body: "{}") }
        await #expect(throws: CallFailure.self) { _ = try await walk(broken, Self.cursor) }
    }

    @Test func `a page takes a token of the connection's rate`() async throws {
        let world = try await world { _ in
            .answer(
                "200 OK",
                [],
                body: #"{"data": [1], "next": "\#(UInt32.random(in: 0...9_999_999))"}"#
            )
        }
        let connection = try SampleSpec.connection(limits: ["rateLimit": ["rpm": 2]])
        let call = try world.call(
            try spec(world, Self.cursor),
            connection: connection,
            input: [:]
        )
        let result = try await PageWalk(world.executor, pages: 10).run(call).get()
        #expect(world.provider.requests.count == 2)
        #expect(result.json["pages"]?["stopped"] == "RATE_LIMITED")
    }

    @Test(
        arguments: [
            ["style": "cursor", "items": "/data", "parameter": "after"],
            ["style": "cursor", "items": "/data", "next": "/n"], ["style": "other", "items": ""],
            ["style": "offset", "items": "/a"], ["style": "link"],
            ["style": "link", "items": "", "parameter": "p"],
            ["style": "page", "items": "", "parameter": "p", "first": 2],
        ] as [JSONValue]
    )
    func `a pagination that cannot work is refused at registration`(
        _ pagination: JSONValue
    ) throws {
        #expect(throws: InvalidDocument.self) {
            _ = try SampleSpec.spec(operation: [
                "method": "GET", "body": nil, "encoding": nil, "pagination": pagination,
            ])
        }
    }

    @Test func `what is not safe does not come in pages`() throws {
        #expect(throws: InvalidDocument.self) {
            _ = try SampleSpec.spec(operation: [
                "pagination": ["style": "link", "items": ""]
            ])
        }
    }
}
