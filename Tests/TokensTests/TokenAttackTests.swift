import JSON
import Model
import Platform
import Testing
import TokenTesting

@testable import Tokens

/// What RFC 8725 warns of, each forgery beside the token that it was made of.
@Suite struct TokenAttackTests {
    private let good = TokenWorld.rsa.token(TokenWorld.claims(), "rsa-1")

    private func defect(_ token: String, issuer: JSONObject = [:]) throws -> TokenDefect? {
        try TokenWorld.defect(token, issuer: issuer)
    }

    private func parts(_ token: String) -> [String] {
        token.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    }

    private func encoded(_ text: String) -> String { Base64.encode(Array(text.utf8), as: .url) }

    @Test func `a token of each algorithm is taken`() throws {
        for (key, id) in [
            (TokenWorld.rsa, "rsa-1"), (TokenWorld.curve, "ec-1"), (TokenWorld.edwards, "ed-1"),
        ] {
            #expect(try defect(key.token(TokenWorld.claims(), id)) == nil)
        }
    }

    // MARK: The algorithm

    @Test(
        arguments: [
            "none", "None", "NONE", "nOnE", "none ", "", "HS256", "HS384", "HS512", "RS1", "RS384",
            "RS512", "PS256", "ES384", "ES256K", "EdDsa", "rs256", "Ed448", "RS256\\u0000",
        ]
    )
    func `an algorithm that is not the issuer's is refused, signed or not`(
        _ algorithm: String
    ) throws {
        let header = "{\"alg\":\"\(algorithm)\",\"kid\":\"rsa-1\"}"
        let signed = TokenWorld.rsa.token(TokenWorld.claims(), header: header)
        let unsigned = parts(signed)[..<2].joined(separator: ".") + "."
        let expected: TokenDefect = algorithm.isEmpty ? .malformed : .algorithmNotAllowed
        #expect(try defect(signed) == expected)
        #expect(try defect(unsigned) == .malformed)
        #expect(try defect(unsigned + "AA") == expected)
    }

    @Test(arguments: [#"{}"#, #"{"alg":null}"#, #"{"alg":1}"#, #"{"alg":["RS256"]}"#])
    func `a header without an algorithm is refused`(_ header: String) throws {
        #expect(try defect(TokenWorld.rsa.token(TokenWorld.claims(), header: header)) == .malformed)
    }

    @Test func `an RSA public key is no secret of HMAC`() throws {
        let signed =
            encoded(#"{"alg":"HS256","kid":"rsa-1"}"#) + "." + encoded(TokenWorld.claims())
        let modulus = try #require(TokenWorld.rsa.publicParts["n"])
        for secret in [modulus, Array(TokenWorld.rsa.webKey("rsa-1").utf8)] {
            let code = Digest.hmacSHA256(Array(signed.utf8), key: secret)
            let forged = signed + "." + Base64.encode(code, as: .url)
            #expect(try defect(forged) == .algorithmNotAllowed)
            // Under the name of an algorithm that is allowed it is no signature either.
            let renamed = encoded(#"{"alg":"RS256","kid":"rsa-1"}"#) + "." + parts(forged)[1]
            let other = Digest.hmacSHA256(Array(renamed.utf8), key: secret)
            #expect(
                try defect(renamed + "." + Base64.encode(other, as: .url)) == .badSignature
            )
        }
    }

    @Test func `an algorithm that the issuer does not use is refused, also under its own key`()
        throws
    {
        let token = TokenWorld.curve.token(TokenWorld.claims(), "ec-1")
        #expect(try defect(token) == nil)
        #expect(try defect(token, issuer: ["algorithms": ["RS256"]]) == .algorithmNotAllowed)
    }

    @Test func `a key verifies for its own algorithm alone`() throws {
        let header = #"{"alg":"RS256","kid":"ec-1"}"#
        #expect(
            try defect(TokenWorld.rsa.token(TokenWorld.claims(), header: header)) == .unknownKey
        )
        let keys = [TokenWorld.rsa.webKey("rsa-1", more: ["alg": "PS256"])]
        #expect(try TokenWorld.defect(good, keys: keys) == .unknownKey)
        let same = [TokenWorld.rsa.webKey("rsa-1", more: ["alg": "RS256"])]
        #expect(try TokenWorld.defect(good, keys: same) == nil)
    }

    // MARK: The signature

    @Test func `a payload that was changed is refused`() throws {
        let parts = parts(good)
        let admin = encoded(TokenWorld.claims(["tenant": "globex"]))
        #expect(try defect("\(parts[0]).\(admin).\(parts[2])") == .badSignature)
        let header = encoded(#"{"alg":"RS256","kid":"rsa-1"}"#)
        #expect(try defect("\(header).\(parts[1]).\(parts[2])") == .badSignature)
        #expect(try defect("\(parts[0]).\(parts[1]).\(parts[2])") == nil)
    }

    @Test func `an ECDSA signature of another length, or of zeros, is refused`() throws {
        let good = parts(TokenWorld.curve.token(TokenWorld.claims(), "ec-1"))
        let signature = try #require(Base64.decode(good[2], as: .url))
        let zero = [UInt8](repeating: 0, count: 32)
        let wrong: [[UInt8]] = [
            Array(signature.dropLast()), signature + [0], [0] + signature, zero + zero,
            Array(signature[..<32]) + zero, zero + Array(signature[32...]), [0x30, 0x06], [0],
        ]
        for bytes in wrong {
            let token = "\(good[0]).\(good[1]).\(Base64.encode(bytes, as: .url))"
            #expect(try defect(token) == .badSignature)
        }
        #expect(try defect(good.joined(separator: ".")) == nil)
    }

    @Test func `a stranger's signature is refused, whatever it says of itself`() throws {
        let claims = TokenWorld.claims()
        #expect(try defect(TokenWorld.stranger.token(claims, "rsa-1")) == .badSignature)
        #expect(try defect(TokenWorld.stranger.token(claims)) == .badSignature)
        let key = TokenWorld.stranger.webKey("rsa-1")
        for extra in [
            #""jwk":\#(key)"#, #""jku":"https://evil.example/keys""#,
            #""x5u":"https://evil.example""#,
            #""x5c":["MIIB"]"#,
        ] {
            let header = "{\"alg\":\"RS256\",\"kid\":\"rsa-1\",\(extra)}"
            #expect(try defect(TokenWorld.stranger.token(claims, header: header)) == .badSignature)
            // What it brings along is not looked at: signed by the issuer it is a token like any.
            #expect(try defect(TokenWorld.rsa.token(claims, header: header)) == nil)
        }
    }

    // MARK: The key's name

    @Test(
        arguments: [
            "../../etc/passwd", "/dev/null", "rsa-1' OR '1'='1", "rsa-2", "RSA-1", "rsa-1 ",
            "https://evil.example/k", "\\u0000", String(repeating: "k", count: 256),
        ]
    )
    func `a key's name finds one of the issuer's keys or none`(_ id: String) throws {
        #expect(try defect(TokenWorld.rsa.token(TokenWorld.claims(), id)) == .unknownKey)
    }

    @Test func `a key's name is bounded, and a text`() throws {
        let long = String(repeating: "k", count: 257)
        #expect(try defect(TokenWorld.rsa.token(TokenWorld.claims(), long)) == .malformed)
        for kid in ["1", "null", "[]", "\"\"", "{}"] {
            let header = "{\"alg\":\"RS256\",\"kid\":\(kid)}"
            let token = TokenWorld.rsa.token(TokenWorld.claims(), header: header)
            #expect(try defect(token) == .malformed)
        }
    }

    @Test
    func `a token without a key's name is tried against the keys of its algorithm, eight at most`()
        throws
    {
        let token = TokenWorld.rsa.token(TokenWorld.claims())
        #expect(try defect(token) == nil)
        let others = (0..<8).map { _ in SigningKey(.rs256).webKey() }
        let mine = TokenWorld.rsa.webKey()
        #expect(try TokenWorld.defect(token, keys: others.dropLast() + [mine]) == nil)
        #expect(try TokenWorld.defect(token, keys: others + [mine]) == .badSignature)
    }

    // MARK: The form

    @Test func `what is not understood and has to be is refused`() throws {
        for extra in [#""crit":["b64"]"#, #""crit":[]"#, #""b64":false"#, #""crit":["exp"]"#] {
            let header = "{\"alg\":\"RS256\",\"kid\":\"rsa-1\",\(extra)}"
            #expect(
                try defect(TokenWorld.rsa.token(TokenWorld.claims(), header: header)) == .critical
            )
        }
    }

    @Test func `three parts of base64url without padding, and nothing else`() throws {
        let parts = parts(good)
        let (head, body, tail) = (parts[0], parts[1], parts[2])
        let wrong = [
            "", ".", "..", "...", head, "\(head).\(body)", "\(good).", "\(good).x", ".\(good)",
            "\(good).\(head).\(head)", ".\(body).\(tail)", "\(head)..\(tail)", "\(head).\(body).",
            "\(good)=", "\(good)==", "\(good) ", " \(good)", "\(good)\n", "\(good)AAAA!",
            "\(head)=.\(body).\(tail)", "\(head).\(body) .\(tail)", "\(head)+.\(body).\(tail)",
            "\(head)/.\(body).\(tail)", "\(head).\(body)\0.\(tail)", "é\(good)",
        ]
        for token in wrong { #expect(try defect(token) == .malformed, "\(token)") }
        #expect(try defect(good) == nil)
    }

    @Test func `a signature has one spelling`() throws {
        // The last character of 256 bytes holds four bits that mean nothing.
        let last = try #require(good.last)
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        let index = try #require(alphabet.firstIndex(of: last))
        #expect(try defect(String(good.dropLast()) + String(alphabet[index ^ 1])) == .malformed)
    }

    @Test func `a member that stands twice is refused`() throws {
        let header = #"{"alg":"RS256","alg":"RS256","kid":"rsa-1"}"#
        #expect(try defect(TokenWorld.rsa.token(TokenWorld.claims(), header: header)) == .malformed)
        let twice = TokenWorld.claims().dropLast() + #","tenant":"globex"}"#
        #expect(try defect(TokenWorld.rsa.token(String(twice), "rsa-1")) == .malformed)
    }

    @Test(arguments: ["[]", "null", "1", "\"x\"", "", "{", "{} {}", "\u{FEFF}{}"])
    func `claims are an object in JSON`(_ claims: String) throws {
        #expect(try defect(TokenWorld.rsa.token(claims, "rsa-1")) == .malformed)
    }

    @Test func `a token is bounded`() throws {
        let empty = TokenWorld.rsa.token(TokenWorld.claims(["pad": ""]), "rsa-1")
        // Three bytes of padding are four characters.
        let room = (CompactToken.byteCountMax - empty.utf8.count) / 4 * 3
        let fitting = String(repeating: "x", count: room)
        #expect(
            try defect(TokenWorld.rsa.token(TokenWorld.claims(["pad": .string(fitting)]), "rsa-1"))
                == nil
        )
        let over = fitting + String(repeating: "x", count: 6)
        #expect(
            try defect(TokenWorld.rsa.token(TokenWorld.claims(["pad": .string(over)]), "rsa-1"))
                == .tooLarge
        )
        #expect(try defect(String(repeating: ".", count: 1 << 20)) == .tooLarge)
        let deep = String(repeating: "[", count: 17) + String(repeating: "]", count: 17)
        let claims = TokenWorld.claims().dropLast() + ",\"deep\":\(deep)}"
        #expect(try defect(TokenWorld.rsa.token(String(claims), "rsa-1")) == .malformed)
    }
}
