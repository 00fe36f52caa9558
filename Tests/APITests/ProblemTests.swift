import Commands
import HTTPWire
import JSON
import Model
import Testing

@testable import API

@Suite struct ProblemTests {
    static let statuses: [(CommandError.Kind, Int)] = [
        (.malformed, 400), (.unauthenticated, 401), (.forbidden, 403), (.notFound, 404),
        (.conflict, 409), (.preconditionFailed, 412), (.invalid, 422), (.limited, 429),
        (.badGateway, 502), (.unavailable, 503), (.timeout, 504),
    ]

    private func answer(_ error: CommandError) -> TestAnswer {
        TestAnswer(
            Problem.response(error, requestID: "req-1", instance: "/v1/things/%2F", revision: 7)
        )
    }

    @Test(arguments: statuses)
    func `each kind has its status, and the whole form of RFC 9457`(
        _ kind: CommandError.Kind,
        _ status: Int
    ) {
        let answer = answer(CommandError(kind, "SOME_CODE", "Something is wrong."))
        #expect(answer.status == status)
        #expect(answer["Content-Type"] == "application/problem+json")
        #expect(answer["Cache-Control"] == "no-store")
        #expect(answer["X-Request-ID"] == "req-1")
        #expect(answer["Bindery-Revision"] == "7")
        #expect(answer.json["status"]?.integer == Int64(status))
        #expect(answer.json["type"] == "urn:bindery:error:SOME_CODE")
        #expect(answer.json["title"]?.string?.isEmpty == false)
        #expect(answer.json["detail"] == "Something is wrong.")
        #expect(answer.json["instance"] == "/v1/things/%2F")
        #expect(answer.json["code"] == "SOME_CODE")
        #expect(answer.json["requestId"] == "req-1")
        #expect((answer["WWW-Authenticate"] != nil) == (status == 401))
    }

    @Test func `issues stand in errors, with all their members`() {
        let place = JSONPointer.root.appending("a/b").appending(0)
        let issue = Issue(.unknownField, at: place, "no such member", suggestion: "did you mean c?")
        let answer = answer(.invalid([issue]))
        let expected: JSONValue = [
            [
                "code": "UNKNOWN_FIELD", "severity": "error", "pointer": "/a~1b/0",
                "detail": "no such member", "suggestion": "did you mean c?",
            ]
        ]
        #expect(answer.status == 422)
        #expect(answer.code == "UNKNOWN_FIELD")
        #expect(answer.json["errors"] == expected)
    }

    @Test func `members and Retry-After are passed on`() {
        var error = CommandError(.unavailable, "X", "", members: ["report": ["valid": false]])
        error.retryAfterSeconds = -3
        #expect(answer(error)["Retry-After"] == "0")
        #expect(answer(error).json["report"]?["valid"] == false)
    }

    @Test(arguments: HTTPRefusal.Reason.allCases)
    func `the server core's own refusals have the same form`(
        _ reason: HTTPRefusal.Reason
    )
        async throws
    {
        let refusal = HTTPRefusal(reason, detail: "The head is malformed.")
        let response = try await TestAPI().handler.refuse(refusal)
        let answer = TestAnswer(response)
        #expect(answer.status == refusal.status)
        #expect(response.closesConnection)
        #expect(answer["Content-Type"] == "application/problem+json")
        #expect(answer.code == refusal.code)
        #expect(answer.json["requestId"]?.string == answer["X-Request-ID"])
    }
}
