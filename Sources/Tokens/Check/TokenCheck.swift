import JSON
import Model
import Platform

/// Decides whether a token is good, and whom it stands for (RFC 7519, with the advice of RFC 8725).
///
/// Pure: the issuers, the keys and the time are brought in.
enum TokenCheck {
    /// The `typ` of tokens whose issuer's settings say nothing of it; none at all is good as well.
    static let typesDefault: Set<String> = ["jwt", "at+jwt"]
    /// The longest `sub`, in bytes (OpenID Connect Core section 2).
    static let subjectByteCountMax = 255
    /// The most audiences of a token that are looked at.
    static let audienceCountMax = 64

    /// Checks all of a token that is the issuer's by its `iss`.
    ///
    /// - Parameters:
    ///   - token: The token.
    ///   - issuer: Its issuer.
    ///   - keys: The issuer's keys as they are now.
    ///   - now: The time.
    /// - Returns: Whom it stands for.
    /// - Throws: Why it stands for nobody.
    static func grant(
        _ token: CompactToken,
        _ issuer: TokenIssuer,
        _ keys: KeySet,
        now: Timestamp
    ) throws(TokenDefect) -> TokenGrant {
        let algorithm = try algorithm(token, issuer)
        let key = try signer(token, algorithm, keys)
        // Only what was signed is looked at from here on.
        try checkAudience(token.claims, issuer)
        let times = try TokenTimes(token.claims, issuer, now: now)
        guard let subject = token.claims["sub"]?.string, isSubject(subject) else {
            throw .noSubject
        }
        return try issuer.grants.grant(
            token.claims,
            TokenGrant.Origin(
                issuer: issuer.name,
                subject: subject,
                key: key.identity,
                end: times.end
            )
        )
    }

    /// The algorithm of a token, when it is one that its issuer signs by.
    static func algorithm(
        _ token: CompactToken,
        _ issuer: TokenIssuer
    ) throws(TokenDefect) -> SignatureAlgorithm {
        guard let algorithm = SignatureAlgorithm(rawValue: token.algorithm),
            issuer.algorithms.contains(algorithm)
        else { throw .algorithmNotAllowed }
        guard isType(token.type, of: issuer) else { throw .wrongType }
        return algorithm
    }

    /// The key that has signed it.
    private static func signer(
        _ token: CompactToken,
        _ algorithm: SignatureAlgorithm,
        _ keys: KeySet
    ) throws(TokenDefect) -> WebKey {
        let candidates = keys.candidates(token.keyID, algorithm)
        guard !candidates.isEmpty else { throw .unknownKey }
        let signer = candidates.first { $0.key.verifies(token.signature, of: token.signed) }
        guard let signer else { throw .badSignature }
        return signer
    }

    /// Media types are the same in either case, and with `application/` before them or without.
    private static func isType(_ type: String?, of issuer: TokenIssuer) -> Bool {
        guard let type else { return issuer.type == nil }
        let plain = plainType(type)
        return issuer.type.map { plain == plainType($0) } ?? typesDefault.contains(plain)
    }

    private static func plainType(_ type: String) -> String {
        let type = type.lowercased()
        return type.hasPrefix("application/") ? String(type.dropFirst(12)) : type
    }

    private static func checkAudience(
        _ claims: JSONObject,
        _ issuer: TokenIssuer
    ) throws(TokenDefect) {
        let audiences: [JSONValue] =
            switch claims["aud"] {
            case .string(let text): [.string(text)]
            case .array(let items): items
            default: []
            }
        guard audiences.count <= audienceCountMax,
            audiences.allSatisfy({ $0.string != nil }),
            audiences.contains(where: { $0.string.map(issuer.audiences.contains) ?? false })
        else { throw .wrongAudience }
    }

    /// A text that can stand in a log and in the trail: nothing in it moves a cursor.
    private static func isSubject(_ text: String) -> Bool {
        (1...subjectByteCountMax).contains(text.utf8.count)
            && text.unicodeScalars.allSatisfy { scalar in
                switch scalar.properties.generalCategory {
                case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: false
                default: true
                }
            }
    }
}
