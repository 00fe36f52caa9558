import JSON
import Model
import Testing
import TokenTesting

@testable import Tokens

@Suite struct TokenClaimTests {
    private func defect(
        _ claims: JSONObject,
        issuer: JSONObject = [:],
        at now: Timestamp = TokenWorld.now
    ) throws -> TokenDefect? {
        let token = TokenWorld.rsa.token(TokenWorld.claims(claims), "rsa-1")
        return try TokenWorld.defect(token, issuer: issuer, at: now)
    }

    @Test(
        arguments: [
            ("bindery", nil), ("other", nil), (["bindery"], nil), (["x", "other"], nil),
            ("Bindery", .wrongAudience), ("bindery ", .wrongAudience), ([], .wrongAudience),
            (["x"], .wrongAudience), (["bindery", 1], .wrongAudience), (1, .wrongAudience),
            (nil, .wrongAudience), (["aud": "bindery"], .wrongAudience), ("", .wrongAudience),
            ([["bindery"]], .wrongAudience),
        ] as [(JSONValue, TokenDefect?)]
    )
    func `a token is for one of the audiences, to the letter`(
        _ audience: JSONValue,
        _ expected: TokenDefect?
    ) throws {
        #expect(try defect(["aud": audience]) == expected)
    }

    @Test(arguments: [0, 60, 300])
    func `a token ends at exp, its clock's fault included`(_ skew: Int) throws {
        let settings: JSONObject = ["clockSkewSeconds": .integer(Int64(skew))]
        let end = TokenWorld.now + .seconds(600 + skew)
        let last = Timestamp(milliseconds: end.milliseconds - 1)
        #expect(try defect([:], issuer: settings, at: last) == nil)
        #expect(try defect([:], issuer: settings, at: end) == .expired)
    }

    @Test(arguments: [("nbf", TokenDefect.notYetValid), ("iat", .issuedInFuture)])
    func `a token begins at nbf and iat, its clock's fault included`(
        _ claim: String,
        _ expected: TokenDefect
    ) throws {
        let edge = JSONValue.integer(Int64(TokenWorld.seconds + 60))
        #expect(try defect([claim: edge]) == nil)
        let beyond = JSONValue.integer(Int64(TokenWorld.seconds + 61))
        #expect(try defect([claim: beyond]) == expected)
        #expect(try defect([claim: beyond], issuer: ["clockSkewSeconds": 61]) == nil)
        #expect(try defect([claim: nil]) == nil)
    }

    @Test(
        arguments: [
            "1800000600", -1, true, [], 253_402_300_800, 9_223_372_036_854_775_807, ["at": 1],
        ] as [JSONValue]
    )
    func `a time is a number of seconds`(_ time: JSONValue) throws {
        for claim in ["exp", "nbf", "iat"] { #expect(try defect([claim: time]) == .malformed) }
    }

    @Test func `exp is required, and may have a fraction`() throws {
        #expect(try defect(["exp": nil]) == .noExpiry)
        let half = JSONDecimal(Double(TokenWorld.seconds) + 0.5).map { JSONValue.decimal($0) }
        let settings: JSONObject = ["clockSkewSeconds": 0]
        #expect(try defect(["exp": half ?? nil], issuer: settings) == nil)
        let later = TokenWorld.now + .milliseconds(500)
        #expect(try defect(["exp": half ?? nil], issuer: settings, at: later) == .expired)
    }

    @Test func `a token lives no longer than its issuer's may`() throws {
        let settings: JSONObject = ["lifetimeSeconds": 3600]
        let start = Int64(TokenWorld.seconds)
        for (issued, expiry, expected) in [
            (start, start + 3600, nil), (start, start + 3601, .livesTooLong),
            (start - 100, start + 3500, nil), (start - 100, start + 3501, .livesTooLong),
        ] as [(Int64, Int64, TokenDefect?)] {
            let claims: JSONObject = ["iat": .integer(issued), "exp": .integer(expiry)]
            #expect(try defect(claims, issuer: settings) == expected)
        }
        // Without iat it counts from now.
        let none: JSONObject = ["iat": nil, "exp": .integer(start + 3600)]
        #expect(try defect(none, issuer: settings) == nil)
        let over: JSONObject = ["iat": nil, "exp": .integer(start + 3601)]
        #expect(try defect(over, issuer: settings) == .livesTooLong)
    }

    @Test(
        arguments: [
            ("a", nil), (.string(String(repeating: "s", count: 255)), nil), ("Zoë|7", nil),
            (.string(String(repeating: "s", count: 256)), .noSubject), ("", .noSubject),
            (nil, .noSubject), (7, .noSubject), ("a\nb", .noSubject), ("a\u{0}", .noSubject),
            ("a\u{202E}b", .noSubject), ("a\u{1B}[31m", .noSubject), ("a\u{2028}", .noSubject),
        ] as [(JSONValue, TokenDefect?)]
    )
    func `a subject is a plain text`(_ subject: JSONValue, _ expected: TokenDefect?) throws {
        #expect(try defect(["sub": subject]) == expected)
    }

    @Test(
        arguments: [
            ("JWT", nil, nil), ("jwt", nil, nil), ("at+jwt", nil, nil),
            ("application/at+jwt", nil, nil),
            (nil, nil, nil), ("dpop+jwt", nil, .wrongType), ("logout+jwt", nil, .wrongType),
            ("secevent+jwt", nil, .wrongType), ("at+jwt", "at+jwt", nil),
            ("application/AT+JWT", "at+jwt", nil), ("JWT", "at+jwt", .wrongType),
            (nil, "at+jwt", .wrongType),
        ] as [(String?, String?, TokenDefect?)]
    )
    func `a token's kind is the issuer's`(
        _ type: String?,
        _ wanted: String?,
        _ expected: TokenDefect?
    ) throws {
        let member = type.map { ",\"typ\":\"\($0)\"" } ?? ""
        let header = "{\"alg\":\"RS256\",\"kid\":\"rsa-1\"\(member)}"
        let token = TokenWorld.rsa.token(TokenWorld.claims(), header: header)
        let settings: JSONObject = ["typ": wanted.map { .string($0) } ?? nil]
        #expect(try TokenWorld.defect(token, issuer: settings) == expected)
    }
}
