import Commands
import HTTPWire
import JSON
import Testing

@testable import API

@Suite struct QueryParametersTests {
    private let known: Set<String> = ["a", "b", "dryRun", "ä"]

    private func read(_ query: String?) throws(CommandError) -> QueryParameters {
        try QueryParameters(query, known: known)
    }

    @Test func `reads names and values`() throws {
        let query = try read("a=1&b=x%20y+z%2B&%C3%A4=%E2%82%AC")
        #expect(query["a"] == "1")
        #expect(query["b"] == "x y z+")
        #expect(query["ä"] == "€")
        #expect(query["c"] == nil)
    }

    @Test(arguments: [nil, "", "&", "a", "a=", "a=b=c"])
    func `an empty value is a value, and equals signs belong to it`(_ query: String?) throws {
        let expected: [String?: String] = ["a": "", "a=": "", "a=b=c": "b=c"]
        #expect(try read(query)["a"] == expected[query])
    }

    @Test(arguments: [
        ("c=1", "UNKNOWN_PARAMETER"), ("A=1", "UNKNOWN_PARAMETER"),
        ("dryrun=true", "UNKNOWN_PARAMETER"),
        ("=1", "UNKNOWN_PARAMETER"), ("a=1&a=1", "INVALID_PARAMETER"),
        ("a=1&%61=2", "INVALID_PARAMETER"),
        ("a=%", "INVALID_PARAMETER"), ("a=%4", "INVALID_PARAMETER"), ("a=%FF", "INVALID_PARAMETER"),
        ("%ZZ=1", "INVALID_PARAMETER"),
    ])
    func `refuses what is unknown, double or not well encoded`(_ query: String, _ code: String) {
        let error = #expect(throws: CommandError.self) { try read(query) }
        #expect(error?.code == code)
        #expect(error?.kind == .malformed)
    }

    @Test func `takes so many parameters and no more`() throws {
        let names = (0...QueryParameters.countMax).map { "p\($0)" }
        let known = Set(names)
        func read(_ count: Int) throws(CommandError) -> QueryParameters {
            let query = names.prefix(count).map { "\($0)=1" }.joined(separator: "&")
            return try QueryParameters(query, known: known)
        }
        #expect(try read(QueryParameters.countMax)["p0"] == "1")
        #expect(throws: CommandError.self) { try read(QueryParameters.countMax + 1) }
    }

    @Test(arguments: [("dryRun=true", true), ("dryRun=false", false), ("a=1", false)])
    func `a truth value is true or false`(_ query: String, _ expected: Bool) throws {
        #expect(try read(query).bool("dryRun") == expected)
    }

    @Test(arguments: [
        "dryRun=maybe", "dryRun=", "dryRun", "dryRun=1", "dryRun=True", "dryRun=true%20",
    ])
    func `another truth value is refused: what was meant to be dry must not be done`(
        _ query: String
    ) throws {
        let query = try read(query)
        #expect(throws: CommandError.self) { try query.bool("dryRun") }
    }
}

@Suite struct RequestConditionsTests {
    private func read(_ name: String, _ value: String) throws -> Precondition {
        try RequestConditions.read(HTTPRequest(.get, "/", headers: [HTTPField(name, value)]))
    }

    @Test(
        arguments: [
            ("*", .any), (" * ", .any), ("\"7\"", .of(["7"])), ("\"7\", \"8\"", .of(["7", "8"])),
            (",\"7\",,", .of(["7"])), ("", .of([])), ("\"\"", .of([""])),
        ] as [(String, Precondition.Tags)]
    )
    func `reads a star or a list of tags`(_ value: String, _ tags: Precondition.Tags) throws {
        #expect(try read("If-Match", value).ifMatch == tags)
        #expect(try read("If-None-Match", value).ifNoneMatch == tags)
    }

    @Test func `a weak tag matches for reading, and never for writing`() throws {
        #expect(try read("If-None-Match", "W/\"7\"").ifNoneMatch == .of(["7"]))
        #expect(try read("If-Match", "W/\"7\"").ifMatch == .of([]))
    }

    @Test(arguments: ["7", "\"7", "7\"", "\"", "w/\"7\"", "*, \"7\"", "\"7\" \"8\" x"])
    func `refuses what is no list of tags`(_ value: String) {
        for name in ["If-Match", "If-None-Match"] {
            let error = #expect(throws: CommandError.self) { try read(name, value) }
            #expect(error?.code == "INVALID_PARAMETER")
        }
    }

    @Test func `takes so many tags and no more`() throws {
        func list(_ count: Int) -> String {
            (0..<count).map { "\"\($0)\"" }.joined(separator: ",")
        }
        let limit = RequestConditions.tagCountMax
        #expect(throws: Never.self) { try read("If-Match", list(limit)) }
        #expect(throws: CommandError.self) { try read("If-Match", list(limit + 1)) }
    }
}

@Suite struct RequestIdentityTests {
    @Test(arguments: ["a", "req-1", "0123.abc_DEF:+/=", String(repeating: "a", count: 128)])
    func `a well-formed id is echoed`(_ id: String) {
        #expect(RequestIdentity(requestID: id, now: 0).id == id)
    }

    @Test(arguments: [
        nil, "", "a b", "ä", "a\"b", "<a>", "a,b", String(repeating: "a", count: 129),
    ])
    func `another one is replaced by a UUIDv7`(_ id: String?) {
        let made = RequestIdentity(requestID: id, now: 1_770_000_000_000).id
        #expect(made.utf8.count == 36)
        #expect(made.dropFirst(14).first == "7")
        #expect(made != RequestIdentity(requestID: id, now: 1_770_000_000_000).id)
    }

    static let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

    @Test func `a well-formed traceparent is honoured`() {
        #expect(RequestIdentity(requestID: nil, now: 0, Self.trace).traceparent == Self.trace)
    }

    @Test(arguments: [
        "", "00", trace + "-00", trace.uppercased(), "01" + trace.dropFirst(2),
        "ff" + trace.dropFirst(2),
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        "00-0af7651916cd43dd8448eb211c80319-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319g-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0",
    ])
    func `another traceparent is dropped`(_ text: String) {
        #expect(RequestIdentity(requestID: nil, now: 0, text).traceparent == nil)
    }
}

@Suite struct RequestBodyTests {
    private func read(
        _ rule: Route.Body,
        _ body: String,
        type: String? = "application/json"
    ) throws -> JSONValue? {
        let headers = type.map { [HTTPField("Content-Type", $0)] } ?? []
        return try RequestBody.read(
            HTTPRequest(.post, "/", headers: headers, body: Array(body.utf8)),
            rule
        )
    }

    @Test(arguments: ["application/json", "Application/JSON", "application/json; charset=utf-8"])
    func `takes JSON`(_ type: String) throws {
        #expect(try read(.json("X"), "{}", type: type) == [:])
    }

    @Test func `a merge patch has its own type, and may be called JSON`() throws {
        for type in ["application/merge-patch+json", "application/json"] {
            #expect(try read(.mergePatch("X"), "{}", type: type) == [:])
        }
    }

    @Test(arguments: [nil, "", "text/plain", "application/jsonx", "application/merge-patch+json"])
    func `another type is 415`(_ type: String?) {
        let error = #expect(throws: CommandError.self) { try read(.json("X"), "{}", type: type) }
        #expect(error?.code == "UNSUPPORTED_MEDIA_TYPE")
        #expect(error.map(Problem.status) == 415)
    }

    @Test(arguments: ["", " ", "{", "{}{}", "{\"a\":1,\"a\":2}", "{\"a\":1,}", "\u{FEFF}{}", "'a'"])
    func `what is no JSON is 400, with its place`(_ body: String) {
        let error = #expect(throws: CommandError.self) { try read(.json("X"), body) }
        #expect(error?.code == "MALFORMED_JSON")
        #expect(error.map(Problem.status) == 400)
        let issue = error?.members["errors"]?.array?.first
        #expect(issue?["pointer"]?.string != nil)
        #expect(issue?["offset"]?.integer != nil)
    }

    @Test func `a body that may be left out may be left out`() throws {
        #expect(try read(.optionalJSON("X"), "", type: nil) == nil)
        #expect(try read(.optionalJSON("X"), "{}") == [:])
        #expect(throws: CommandError.self) { try read(.optionalJSON("X"), "{}", type: nil) }
    }
}
