import JSON
import Model
import Platform
import Testing
import TokenTesting

@testable import Tokens

@Suite struct TokenVerifierTests {
    private let source = ScriptedKeySource()

    private func verifier(_ issuers: [TokenIssuer]? = nil) throws -> TokenVerifier {
        let source = source
        return TokenVerifier(
            try issuers ?? [TokenWorld.issuer()],
            now: { source.time },
            tell: { _, _ in },
            source: { _ in source }
        )
    }

    private let token = TokenWorld.rsa.token(TokenWorld.claims(), "rsa-1")

    private func defect(_ outcome: TokenVerifier.Outcome) -> TokenDefect? {
        guard case .refused(let refusal) = outcome else { return nil }
        return refusal.defect
    }

    private func admission(
        _ verifier: TokenVerifier,
        _ token: String,
        at now: Timestamp = TokenWorld.now
    ) -> TokenAdmission? {
        guard case .granted(let admission) = verifier.check(token, at: now, mayWait: false) else {
            return nil
        }
        return admission
    }

    @Test func `a token waits for the first keys, and is checked by them`() async throws {
        let verifier = try verifier()
        source.answer(TokenWorld.keys)
        let refused = verifier.check(token, at: TokenWorld.now, mayWait: false)
        #expect(defect(refused) == .keysUnavailable)
        guard case .needsKeys(let keys) = verifier.check(token, at: TokenWorld.now, mayWait: true)
        else {
            Issue.record("it does not wait")
            return
        }
        await keys.read()
        #expect(admission(verifier, token)?.grant.tenant?.text == "acme")
    }

    @Test func `a new key is found when a token names it, and once per interval`() async throws {
        let verifier = try verifier()
        source.answer([TokenWorld.keys[1]])
        _ = await verifier.readKeys()
        source.answer(TokenWorld.keys)
        guard case .needsKeys(let keys) = verifier.check(token, at: TokenWorld.now, mayWait: true)
        else {
            Issue.record("it does not ask for keys")
            return
        }
        await keys.read()
        #expect(admission(verifier, token) != nil)
        let unknown = TokenWorld.rsa.token(TokenWorld.claims(), "rsa-9")
        let again = verifier.check(unknown, at: TokenWorld.now, mayWait: true)
        #expect(defect(again) == .unknownKey)
        #expect(source.readCount == 2)
    }

    @Test func `a forgery under a known key asks for no keys`() async throws {
        let verifier = try verifier()
        source.answer(TokenWorld.keys)
        _ = await verifier.readKeys()
        let claims = TokenWorld.claims()
        for (forgery, expected) in [
            (TokenWorld.stranger.token(claims, "rsa-1"), TokenDefect.badSignature),
            (TokenWorld.rsa.token(TokenWorld.claims(["aud": "x"]), "rsa-1"), .wrongAudience),
            (
                TokenWorld.rsa.token(TokenWorld.claims(["iss": "https://evil.example"])),
                .unknownIssuer
            ),
            (TokenWorld.rsa.token(TokenWorld.claims(["iss": nil])), .unknownIssuer),
            (
                TokenWorld.rsa.token(TokenWorld.claims(["iss": "https://idp.example/"])),
                .unknownIssuer
            ),
            ("x.y.z", .malformed), (String(repeating: "x", count: 8193), .tooLarge),
        ] {
            let outcome = verifier.check(forgery, at: TokenWorld.now, mayWait: true)
            #expect(defect(outcome) == expected)
        }
        #expect(source.readCount == 1)
    }

    @Test func `a token that was checked is good no longer than its end and its key`() async throws
    {
        let verifier = try verifier()
        source.answer(TokenWorld.keys)
        _ = await verifier.readKeys()
        let first = try #require(admission(verifier, token))
        let end = first.grant.origin.end
        #expect(first.until == end)
        #expect(admission(verifier, token) != nil)
        #expect(admission(verifier, token, at: end) == nil)
        #expect(verifier.isStillGood(first.grant.origin, at: TokenWorld.now))
        #expect(!verifier.isStillGood(first.grant.origin, at: end))
        // The key goes on under another name: a bearer's stream goes on, a token is checked anew.
        source.answer([TokenWorld.rsa.webKey("rsa-2"), TokenWorld.keys[1]])
        _ = await verifier.readKeys()
        #expect(admission(verifier, token) == nil)
        #expect(verifier.isStillGood(first.grant.origin, at: TokenWorld.now))
        source.answer([TokenWorld.keys[1]])
        _ = await verifier.readKeys()
        #expect(!verifier.isStillGood(first.grant.origin, at: TokenWorld.now))
    }

    @Test func `what is repeated ends with the keys that can't be read again`() async throws {
        let verifier = try verifier()
        source.answer(TokenWorld.keys)
        _ = await verifier.readKeys()
        source.fail("nobody answers")
        source.wait(.seconds(3590))
        let admission = try #require(self.admission(verifier, token))
        #expect(admission.until == TokenWorld.now + .seconds(10))
        source.wait(.seconds(10))
        #expect(self.admission(verifier, token) == nil)
        #expect(!verifier.isStillGood(admission.grant.origin, at: TokenWorld.now))
        let outcome = verifier.check(token, at: TokenWorld.now, mayWait: false)
        #expect(defect(outcome) == .keysUnavailable)
    }

    @Test func `one issuer's key says nothing for another issuer`() async throws {
        let other = "https://other.example"
        let theirs = try KeyFile([TokenWorld.stranger.webKey("rsa-1")])
        let ours = try KeyFile(TokenWorld.keys)
        let verifier = TokenVerifier(
            [
                try TokenWorld.issuer(["jwksFile": .string(ours.path)]),
                try TokenWorld.issuer([
                    "issuer": .string(other), "jwksFile": .string(theirs.path),
                    "tenant": ["value": "globex"],
                ]),
            ],
            client: nil
        )
        #expect(await verifier.readKeys().isEmpty)
        let theirClaims = TokenWorld.claims(["iss": .string(other)])
        let good = TokenWorld.stranger.token(theirClaims, "rsa-1")
        #expect(admission(verifier, good)?.grant.tenant?.text == "globex")
        let forged = TokenWorld.stranger.token(TokenWorld.claims(), "rsa-1")
        #expect(
            defect(verifier.check(forged, at: TokenWorld.now, mayWait: true)) == .badSignature
        )
    }

    @Test func `a file that can't be read is told of`() async throws {
        let issuer = try TokenWorld.issuer(["jwksFile": "/nowhere/keys.json"])
        let verifier = TokenVerifier([issuer], client: nil)
        let failures = await verifier.readKeys()
        #expect(failures.map(\.issuer) == [TokenWorld.issuer])
        #expect(verifier.figures.map(\.keys.keyCount) == [0])
    }
}
