import Testing
import TokenTesting

@testable import Platform

@Suite struct SignatureKeyTests {
    private static func bytes(_ text: String) -> [UInt8] {
        guard let bytes = Base64.decode(text, as: .url) else {
            preconditionFailure("\(text) is base64url")
        }
        return bytes
    }

    // MARK: What the RFCs print

    @Test func `RS256 as RFC 7515 A_2 prints it`() throws {
        let n =
            "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"
        let key = try #require(
            SignatureKey(rsaModulus: Self.bytes(n), exponent: Self.bytes("AQAB"))
        )
        let message =
            "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
        let signature =
            "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"
        check(key, Self.bytes(signature), Array(message.utf8))
    }

    @Test func `ES256 as RFC 7515 A_3 prints it`() throws {
        let key = try #require(
            SignatureKey(
                p256X: Self.bytes("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"),
                y: Self.bytes("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0")
            )
        )
        let message =
            "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
        let signature =
            "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
        check(key, Self.bytes(signature), Array(message.utf8))
    }

    @Test func `Ed25519 as RFC 8037 A_4 prints it`() throws {
        let key = try #require(
            SignatureKey(ed25519: Self.bytes("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"))
        )
        let signature =
            "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
        let message = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"
        check(key, Self.bytes(signature), Array(message.utf8))
    }

    /// The signature holds, and no longer when a bit of it or of the message is another one.
    private func check(_ key: SignatureKey, _ signature: [UInt8], _ message: [UInt8]) {
        #expect(key.verifies(signature, of: message))
        for index in stride(from: 0, to: signature.count, by: 7) {
            var changed = signature
            changed[index] ^= 1
            #expect(!key.verifies(changed, of: message))
        }
        var changed = message
        changed[message.count / 2] ^= 1
        #expect(!key.verifies(signature, of: changed))
        #expect(!key.verifies(signature, of: message + [0]))
        for wrong in [[], Array(signature.dropLast()), signature + [0], [0] + signature] {
            #expect(!key.verifies(wrong, of: message))
        }
    }

    @Test(arguments: SignatureAlgorithm.allCases)
    func `a new key's signature holds under it, and under no other of its kind`(
        _ algorithm: SignatureAlgorithm
    ) throws {
        let (signing, other) = (SigningKey(algorithm), SigningKey(algorithm))
        let message = Array("hello".utf8)
        for round in 0..<20 {
            let message = message + [UInt8(round)]
            let signature = signing.signature(of: message)
            #expect(try #require(signing.verifying).verifies(signature, of: message))
            #expect(try !#require(other.verifying).verifies(signature, of: message))
        }
    }

    // MARK: What is no signature

    @Test func `ECDSA's zero and numbers from the order on are no signature`() throws {
        let signing = SigningKey(.es256)
        let key = try #require(signing.verifying)
        let message = Array("pay".utf8)
        let good = signing.signature(of: message)
        #expect(key.verifies(good, of: message))
        let zero = [UInt8](repeating: 0, count: 32)
        let full = [UInt8](repeating: 0xFF, count: 32)
        let (r, s) = (Array(good[..<32]), Array(good[32...]))
        for wrong in [zero + zero, r + zero, zero + s, full + s, r + full, s + r] {
            #expect(!key.verifies(wrong, of: message))
        }
    }

    // MARK: What is no key

    @Test(arguments: [(1024, false), (2040, false), (2048, true), (3072, true)])
    func `a modulus of RSA is neither short nor long`(_ bitCount: Int, _ isTaken: Bool) {
        let parts = SigningKey(.rs256, rsaBitCount: Int32(bitCount)).publicParts
        let key = SignatureKey(rsaModulus: parts["n"] ?? [], exponent: parts["e"] ?? [])
        #expect((key != nil) == isTaken)
    }

    @Test func `a modulus of 8192 bits is taken, and one bit more is not`() {
        var modulus = [UInt8](repeating: 0xA5, count: 1024)
        #expect(SignatureKey(rsaModulus: modulus, exponent: [1, 0, 1]) != nil)
        modulus.insert(1, at: 0)
        #expect(SignatureKey(rsaModulus: modulus, exponent: [1, 0, 1]) == nil)
    }

    @Test(
        arguments: [
            ([1, 0, 1], true), ([0xFF, 0xFF, 0xFF, 0xFF], true), ([3], false), ([1], false),
            ([1, 0, 0], false), ([1, 0, 2], false), ([0, 1, 0, 1], false), ([], false),
            ([1, 0, 0, 0, 1], false), ([1, 0, 0, 0, 0, 0, 0, 0, 1], false),
        ] as [([UInt8], Bool)]
    )
    func `an exponent of RSA is odd and neither small nor long`(_ bytes: [UInt8], _ isTaken: Bool) {
        let modulus = SigningKey(.rs256).publicParts["n"] ?? []
        #expect((SignatureKey(rsaModulus: modulus, exponent: bytes) != nil) == isTaken)
        #expect(SignatureKey(rsaModulus: [0] + modulus, exponent: bytes) == nil)
        #expect(SignatureKey(rsaModulus: [], exponent: bytes) == nil)
        #expect(SignatureKey(rsaModulus: modulus.dropLast() + [0x10], exponent: bytes) == nil)
    }

    @Test func `a point that is not on the curve is no key`() {
        let parts = SigningKey(.es256).publicParts
        let (x, y) = (parts["x"] ?? [], parts["y"] ?? [])
        #expect(SignatureKey(p256X: x, y: y) != nil)
        var off = y
        off[31] ^= 1
        let zero = [UInt8](repeating: 0, count: 32)
        let full = [UInt8](repeating: 0xFF, count: 32)
        for (x, y) in [
            (x, off), (y, x), (zero, zero), (full, full), (Array(x.dropLast()), y), (x, y + [0]),
            ([], []),
        ] {
            #expect(SignatureKey(p256X: x, y: y) == nil)
        }
    }

    @Test(arguments: [(0, false), (31, false), (32, true), (33, false)])
    func `a key of Ed25519 has 32 bytes`(_ byteCount: Int, _ isTaken: Bool) {
        let bytes = [UInt8](repeating: 7, count: byteCount)
        #expect((SignatureKey(ed25519: bytes) != nil) == isTaken)
    }
}

extension SigningKey {
    /// The public key, as a verifier reads it.
    fileprivate var verifying: SignatureKey? {
        let parts = publicParts
        return switch algorithm {
        case .rs256: SignatureKey(rsaModulus: parts["n"] ?? [], exponent: parts["e"] ?? [])
        case .es256: SignatureKey(p256X: parts["x"] ?? [], y: parts["y"] ?? [])
        case .edDSA: SignatureKey(ed25519: parts["x"] ?? [])
        }
    }
}
