import JSON
import Platform
import Testing
import TokenTesting

@testable import Tokens

@Suite struct KeySetTests {
    private func set(_ keys: [String]) throws -> KeySet {
        try KeySet(Array(SigningKey.set(keys).utf8))
    }

    @Test func `keys for other things are left out, and the rest stays`() throws {
        let key = TokenWorld.rsa
        let others = [
            key.webKey("a", more: ["use": "enc"]), key.webKey("a", more: ["alg": "RSA-OAEP"]),
            key.webKey("a", more: ["kty": "oct"]), key.webKey("a", more: ["kty": "rsa"]),
            TokenWorld.curve.webKey("a", more: ["crv": "P-384"]),
            TokenWorld.edwards.webKey("a", more: ["crv": "X25519"]),
            #"{"kty":"oct","k":"AAAA","kid":"a"}"#, "{}", "1", "null",
            key.webKey("a", more: ["n": "AQAB"]), key.webKey("a", more: ["n": "***"]),
            key.webKey("a", more: ["e": "AAAB"]), key.webKey(String(repeating: "k", count: 257)),
        ]
        let set = try set(others + [key.webKey("a", more: ["use": "sig"])])
        #expect(set.keys.count == 1 && set.leftOutCount == others.count)
        #expect(set.candidates("a", .rs256).count == 1)
        #expect(set.candidates("a", .es256).isEmpty && set.candidates("b", .rs256).isEmpty)
    }

    @Test(arguments: ["d", "p", "q", "dp", "dq", "qi", "k"])
    func `a key that shows what only its signer has is left out`(_ member: String) throws {
        let set = try set([TokenWorld.rsa.webKey("a", more: [member: "AQAB"])])
        #expect(set.keys.isEmpty && set.privateCount == 1)
    }

    @Test(
        arguments: [
            "", "{", "[]", "null", "{}", #"{"keys":{}}"#, #"{"keys":[],"keys":[]}"#,
            "<html></html>", #"{"Keys":[]}"#, "\u{0}",
        ]
    )
    func `what is no set of keys is refused`(_ text: String) {
        #expect(throws: KeySet.Defect.self) { try KeySet(Array(text.utf8)) }
    }

    @Test func `a set is bounded`() throws {
        #expect(try set([]).keys.isEmpty)
        let key = TokenWorld.edwards.webKey()
        #expect(try set([String](repeating: key, count: 100)).keys.count == 100)
        #expect(throws: KeySet.Defect.self) { try set([String](repeating: key, count: 101)) }
        let pad = String(repeating: " ", count: KeySet.byteCountMax)
        #expect(throws: KeySet.Defect.self) { try KeySet(Array((#"{"keys":[]}"# + pad).utf8)) }
    }

    @Test func `a key is the same under another name`() throws {
        let (first, second) = (try set([TokenWorld.rsa.webKey("a")]), try set(TokenWorld.keys))
        #expect(second.contains(first.keys[0].identity))
        #expect(try !set([TokenWorld.stranger.webKey("a")]).contains(first.keys[0].identity))
    }
}
