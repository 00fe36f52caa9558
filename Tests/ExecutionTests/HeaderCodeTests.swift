import JSON
import Model
import Testing

@testable import Execution

/// Codes of providers that stand in a header of an error (`errors.codeHeader`).
@Suite struct HeaderCodeTests {
    private func code(
        _ headers: [String],
        body: String = #"{"message": "no"}"#,
        errors: JSONObject = ["codeHeader": "x-amzn-ErrorType"]
    ) async throws -> String? {
        let world = try await ExecutionWorld { _ in .answer("400 No", headers, body: body) }
        let failure = try await world.failure(
            try world.call(try world.spec(["errors": .object(errors)]))
        )
        return failure.members["provider"]?["code"]?.string
    }

    @Test(
        arguments: [
            ("MessageRejected", "MessageRejected"),
            ("MessageRejected:http://internal.example.com/coral/", "MessageRejected"),
            ("Busy; retry=1", "Busy"), ("One, Two", "One"), ("One Two", "One"), (":", nil),
            ("", nil),
        ] as [(String, String?)]
    )
    func `the code is the header's first word`(_ value: String, _ code: String?) async throws {
        #expect(try await self.code(["X-Amzn-Errortype: \(value)"]) == code)
    }

    @Test func `a code in the body comes first, and without either there is none`() async throws {
        let both: JSONObject = ["codePointer": "/code", "codeHeader": "X-Code"]
        #expect(try await code(["X-Code: a"], body: #"{"code": "b"}"#, errors: both) == "b")
        #expect(try await code(["X-Code: a"], errors: both) == "a")
        #expect(try await code([], errors: both) == nil)
        #expect(try await code(["X-Code: a"], errors: ["codePointer": "/code"]) == nil)
    }

    @Test func `it is bounded and holds no secret`() async throws {
        let long = String(repeating: "a", count: 300)
        #expect(try await code(["X-Amzn-ErrorType: \(long)"])?.count == 256)
        let shown = try await code(["X-Amzn-ErrorType: no-\(SampleSpec.secretText)"])
        #expect(shown?.contains(SampleSpec.secretText) == false)
    }

    @Test(arguments: ["", "a b", "a:b", "é", String(repeating: "a", count: 129)])
    func `what is no name of a header is refused`(_ name: String) {
        let issues = IssueList()
        let errors: JSONValue = ["errors": ["codeHeader": .string(name)]]
        let document = SampleSpec.document(
            baseURL: "https://api.example.com",
            operation: errors.object ?? [:]
        )
        _ = IntegrationSpec(reading: document, id: nil, issues: issues)
        #expect(issues.issues.map(\.pointer) == ["/operations/test.pay/errors/codeHeader"])
    }

    @Test(arguments: [["a"], [""], [1], "x", ["/a", "b"]] as [JSONValue])
    func `lists that are no pointers are refused`(_ lists: JSONValue) {
        let issues = IssueList()
        let document = SampleSpec.document(
            baseURL: "https://api.example.com",
            operation: ["response": ["output": [:], "lists": lists]]
        )
        _ = IntegrationSpec(reading: document, id: nil, issues: issues)
        let pointers = issues.issues.map(\.pointer)
        #expect(pointers.count == 1, "\(issues.issues)")
        #expect(pointers.first?.hasPrefix("/operations/test.pay/response/lists") == true)
    }
}
