import Commands
import HTTPWire
import JSON
import Testing

@testable import API

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
