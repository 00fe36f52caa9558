import JSON
import Model
import Platform
import Testing
import TokenTesting

@testable import Tokens

/// An issuer with a key of each kind, and the tokens of a test.
struct TokenWorld {
    static let now = Timestamp(milliseconds: 1_800_000_000_000)
    static let seconds = 1_800_000_000
    static let issuer = "https://idp.example"

    static let rsa = SigningKey(.rs256)
    static let curve = SigningKey(.es256)
    static let edwards = SigningKey(.edDSA)
    static let stranger = SigningKey(.rs256)

    static let keys = [
        rsa.webKey("rsa-1"), curve.webKey("ec-1"), edwards.webKey("ed-1"),
    ]

    /// An issuer's object; the members given go over the usual ones, and null removes one.
    static func issuer(_ change: JSONObject = [:]) throws -> TokenIssuer {
        var object: JSONObject = [
            "issuer": .string(issuer), "audience": ["bindery", "other"],
            "algorithms": ["RS256", "ES256", "EdDSA"], "jwksFile": "/keys.json",
            "tenant": ["claim": "/tenant"], "roles": ["claim": "/roles"],
            "rolesMax": ["tenant-viewer", "runtime"],
            "environments": ["claim": "/environments"], "workflows": ["claim": "/workflows"],
        ]
        for member in change {
            object[member.key] = member.value.isNull ? JSONValue?.none : member.value
        }
        return try TokenIssuer(.object(object))
    }

    /// The usual claims; the members given go over them, and null removes one.
    static func claims(_ change: JSONObject = [:]) -> String {
        var object: JSONObject = [
            "iss": .string(issuer), "sub": "robot-7", "aud": "bindery",
            "exp": .integer(Int64(seconds + 600)), "iat": .integer(Int64(seconds - 10)),
            "tenant": "acme", "roles": ["runtime"], "environments": ["production"],
            "workflows": ["checkout"],
        ]
        for member in change {
            object[member.key] = member.value.isNull ? JSONValue?.none : member.value
        }
        return JSONValue.object(object).serializedText
    }

    /// What becomes of a token.
    static func outcome(
        _ token: String,
        issuer change: JSONObject = [:],
        keys: [String] = keys,
        at now: Timestamp = now
    ) throws -> Result<TokenGrant, TokenDefect> {
        let issuer = try issuer(change)
        let set = try KeySet(Array(SigningKey.set(keys).utf8))
        do throws(TokenDefect) {
            return .success(try TokenCheck.grant(CompactToken(token), issuer, set, now: now))
        } catch {
            return .failure(error)
        }
    }

    /// Why a token is refused; nil when it is taken.
    static func defect(
        _ token: String,
        issuer change: JSONObject = [:],
        keys: [String] = keys,
        at now: Timestamp = now
    ) throws -> TokenDefect? {
        guard case .failure(let defect) = try outcome(token, issuer: change, keys: keys, at: now)
        else { return nil }
        return defect
    }
}
