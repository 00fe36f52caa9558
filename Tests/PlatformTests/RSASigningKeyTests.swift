import Testing
import TokenTesting

@testable import Platform

@Suite struct RSASigningKeyTests {
    private func read(_ text: String) -> RSASigningKey? {
        RSASigningKey(pem: Array(text.utf8).span)
    }

    @Test func whatItSignsIsVerifiedByItsPublicHalf() throws {
        let key = try #require(read(RSAKeyFile.pem))
        let modulus = try #require(Hex.decode(RSAKeyFile.modulus))
        let other = try #require(SignatureKey(rsaModulus: modulus, exponent: [1, 0, 1]))
        let message = Array("header.claims".utf8)
        let signature = try #require(key.rs256(message))
        #expect(signature.count == 256)
        #expect(other.verifies(signature, of: message))
        #expect(!other.verifies(signature, of: message + [0]))
        #expect(other.verifies(try #require(key.rs256([])), of: []))
    }

    @Test func whatIsNoKeyIsRefused() {
        let lines = RSAKeyFile.pem.split(separator: "\n")
        #expect(read("") == nil)
        #expect(read("\0") == nil)
        #expect(read("-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n") == nil)
        #expect(read(lines.dropLast(4).joined(separator: "\n")) == nil)
        // One line less.
        #expect(read((lines.prefix(5) + lines.suffix(10)).joined(separator: "\n")) == nil)
        #expect(read(String(repeating: " ", count: 16_385) + RSAKeyFile.pem) == nil)
    }

    @Test func aKeyUnderAPassPhraseIsRefusedAndNobodyIsAsked() {
        let text = """
            -----BEGIN ENCRYPTED PRIVATE KEY-----
            MIIFLTBXBgkqhkiG9w0BBQ0wSjApBgkqhkiG9w0BBQwwHAQIcydleLxSWKICAggA
            MAwGCCqGSIb3DQIJBQAwHQYJYIZIAWUDBAEqBBDu+WrLCjFmMis4IbwOK7BOBIIE
            0B+XpAyhqsnBHNITCjGyBT1yP3ux+9VQB9SLVx/J4EwWoPlsmcE6AT/OIG1h/ynj
            1lil2n0wACJJAb/PVpYk5ZF0eEe6AxLOoHfBRp89T4bD1J/kolKAk23t7xJgSLlY
            b7zoIfvRMB+3EsnZq1YBn1rde9ogVp843GCIw0P5fskO7quU/9rUxwGEillRPPhC
            1IYAWjBTPjQaIBz+eo+umOnsYv2E88SdfYFIMTVQUx91YWkmeggxVtVEBEF0yMSy
            HnRb9fEsfq600D+iXgjVpqDBN+hnyJsmBW74APnSJqb5Wby1nj7McTs2mcUaNlHz
            /WDuTxl4yk6+c6JwensAmeFvcpjS8N5MpQbYF2tCKsgjrr4yoq44bMeNEKcN0HdT
            iDdUmyb/yPPi0TJwV2FJoC6wM9WoHIcXHZr7SWVl1hiMHuu0a9CWAJxks0KnVFnZ
            Opgab8uAWxk73Ja3en2LuhfBzF2at1d7AP2OWPd2K+83kBakqTj3C8b25YY7B93S
            p/xO80IbVnhTNPMvxBJRS0xJD3sY+TAJBcnrrTvVMgQ+Y1mRa2NKX4LKfDAgdCEV
            Vaq2EsBnM9kN96LGs4MBAlaQE3Hd1P1+AISVvWpVKY1JQSSz8Aj9I6QdgS/0HAVn
            PXOwqQ9bWdzcqPzqKevcw9P7NBsu+8A/srENhOV9zHY6JsI0n+GqBUP83/BiAOz3
            oR7C0jYa5qHI5ty2FmkpYZHw++/TGzI8llQ+v1jAqDVksm1XMC0CXn0STfhb6ftN
            Vcki1WRPPWr138pykA3WWjVvWAaE7tR2gB9Ll0xAlz/Q+RK3t2Zxhvg4Xnjr0fnR
            4E/DY1gh2hQc/Yk2QTps/VKtggb/j7YWAAWk6Zl9pwp5nsV+FheX4W7ScCVUxRAH
            g0sQZKOb8b0/usxGt+4SaZbznfqHvdzayAjIrZezRAqVJ/wM0btzY9FSgdiYUCc8
            a58HfRAg5XONK3Wis9Brbeu7cN6ca9kbB+VYOUIPcNOSKQwc/Ja2ZlK5bJs9qHAD
            5TPush2E2F1qv18D6+zb24/2ryDtqy2YVXb5viyNMxua92PkqLFOz8mlo8SGFb2M
            Q5gw96jRDYtHo3Vz8S0JVRVXXnBDS5s+Ly+zMdkIW60miQsH27DPBQenGuq/y3Cv
            ScW7EKPBZ1OhRD3aMS8AZvFtgV++G0n/bEI40LjBbGoy3VIiaMHbKO745tJL3Mpp
            JoMVSOR4i36JrMQw6Ez30q0Jbm+e1nYLRrJOYtaWsJ3jxBL+1DBI3Fpk69VLI0uu
            1pMlUXsJ0xZZ1gWpCBiaGcLZGPbtI8+Irt7MYzc3p9QkT6WDMNf/kbwgVQ9ByGUt
            9MuRuBSSlvXhzW9vCAT4cBJFanFL21cqYUOF9fofezUshevkTCYakMEZB8cvFTXm
            oxS2WiIRc3yGetWN8jU2zHoc27lcpxZM7Qz62B8kcmCeVPm8IfKl2K5UctEJg+vu
            2jV0g9mEMaWwby1+LJU7i+wvTV4ASZPV4KdYQm3Tb5YYKef2IYGOehd9Ys0gYsd6
            tU5BGVZhy9YdgHUVFQbul++mC7Pl6LJnqYjmECIe63psm+BG5bSRjTgTBjdJTTDx
            z7mrd31NB96z5zVS9/7KFrFJUW/i99jfjwtv/YwxvDbq
            -----END ENCRYPTED PRIVATE KEY-----
            """
        #expect(read(text) == nil)
    }

    @Test func aBrokenKeySignsNothingAndNothingEnds() {
        #expect(read(RSAKeyFile.brokenPEM)?.rs256(Array("message".utf8)) == nil)
    }

    @Test func aKeyOfACurveIsRefused() {
        let text = """
            -----BEGIN PRIVATE KEY-----
            MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC
            -----END PRIVATE KEY-----
            """
        #expect(read(text) == nil)
    }
}
