import JSON
import Testing
import Tokens

@testable import bindery

@Suite struct TokenIssuerSettingsTests {
    private let issuer =
        #"{"issuer": "https://idp.example", "audience": "bindery", "algorithms": ["ES256"],"#
        + #" "jwksUrl": "https://idp.example/keys", "rolesMax": ["runtime"],"#
        + #" "tenant": {"value": "acme"}, "roles": {"value": ["runtime"]}}"#

    @Test func `issuers are the same JSON in file, flag and variable`() throws {
        let list = "[\(issuer)]"
        let all = [
            try Reading.settings("{\"auth\": {\"jwt\": \(list)}}"),
            try Reading.settings(nil, ["BINDERY_AUTH_JWT": list]),
            try Reading.settings(nil, [:], ["--auth-jwt", list]),
        ]
        for settings in all {
            #expect(settings.tokenIssuers.map(\.name) == ["https://idp.example"])
            #expect(settings.tokenIssuers.map(\.clockSkew) == [.seconds(60)])
        }
    }

    @Test func `what is wrong is said with its place`() {
        let wrong = issuer.replacing("ES256", with: "HS256").replacing("\"bindery\"", with: "[]")
        let problems = Reading.problems("{\"auth\": {\"jwt\": [\(issuer), \(wrong)]}}")
        #expect(problems.count == 1)
        let problem = problems.first ?? ""
        #expect(problem.contains("/auth/jwt/1: auth.jwt item 1: "))
        #expect(problem.contains("/audience is required"))
        #expect(problem.contains("/algorithms/0 must be one of RS256, ES256, EdDSA"))
    }

    @Test func `an issuer stands once`() {
        let problems = Reading.problems("{\"auth\": {\"jwt\": [\(issuer), \(issuer)]}}")
        #expect(problems.count == 1)
        #expect(problems.first?.contains("item 1: there is another one of this issuer") == true)
    }

    @Test(arguments: [("1", 0), ("1000000", 0), ("0", 1), ("1000001", 1), ("many", 1)])
    func `the failures of a key are bounded`(_ text: String, _ problemCount: Int) {
        let problems = Reading.problems(nil, [:], ["--auth-failures-per-key-per-minute", text])
        #expect(problems.count == problemCount)
    }
}
