/// Names that stand for a credential whatever the integration.
enum SensitiveName {
    /// Members of bodies, normalized: only whole names, since a body is what the record is for.
    static let members: Set<String> = [
        "accesstoken", "apikey", "apisecret", "authorization", "clientsecret", "idtoken", "passwd",
        "password", "privatekey", "refreshtoken", "secret", "secretkey", "sessiontoken",
    ]

    /// The letters that a name of `members` begins with, a bit each.
    private static let memberStarts = members.compactMap(\.utf8.first)
        .reduce(UInt128(0)) { $0 | 1 << UInt128($1) }

    /// Whether `members` may hold the name: false for most names, at a glance.
    ///
    /// A name that is not all ASCII may: some of its letters are ASCII when they are small.
    static func mayBeMember(_ name: String) -> Bool {
        let bytes = name.utf8Span.span
        for index in bytes.indices where bytes[index] != 0x2D && bytes[index] != 0x5F {
            // The bit that makes an ASCII letter small.
            let letter = bytes[index] | 0x20
            return letter >= 0x80 || memberStarts & 1 << UInt128(letter) != 0
        }
        return false
    }

    /// Query parameters, normalized; any header's word counts too.
    private static let parameters: Set<String> = ["key", "sig", "code", "pwd"]

    /// What a header of credentials has in its name, normalized.
    private static let words = NeedleTable(
        Set(
            [
                "accesskey", "apikey", "authkey", "authorization", "cookie", "credential", "passwd",
                "password", "privatekey", "secret", "session", "signature", "token", "xauth",
            ]
            .map { Array($0.utf8) }
        )
    )

    /// Challenges say how to authenticate, and hold no credential.
    private static let challenges: Set<String> = ["wwwauthenticate", "proxyauthenticate"]

    /// The name in small letters, without `-` and `_`: `client_secret` and `Client-Secret` are one.
    static func normalized(_ name: String) -> String {
        String(decoding: normalizedBytes(name), as: UTF8.self)
    }

    /// The bytes of `normalized`: by byte for ASCII, since every header of every call passes here.
    private static func normalizedBytes(_ name: String) -> [UInt8] {
        let isASCII = name.utf8.allSatisfy { $0 < 0x80 }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(name.utf8.count)
        for byte in (isASCII ? name : name.lowercased()).utf8 where byte != 0x2D && byte != 0x5F {
            bytes.append(0x41...0x5A ~= byte ? byte | 0x20 : byte)
        }
        return bytes
    }

    /// Whether a header of this name carries a credential.
    static func isHeader(_ name: String) -> Bool {
        let bytes = normalizedBytes(name)
        return words.stands(in: bytes)
            && !challenges.contains(String(decoding: bytes, as: UTF8.self))
    }

    /// Whether a query parameter or a form field of this name carries a credential.
    static func isParameter(_ name: String) -> Bool {
        parameters.contains(normalized(name)) || isHeader(name)
    }
}
