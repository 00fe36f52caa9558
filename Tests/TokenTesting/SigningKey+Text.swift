import Platform

extension SigningKey {
    /// The public key as RFC 7517 writes it.
    ///
    /// - Parameters:
    ///   - id: Its `kid`; nil for none.
    ///   - more: Further members, as text.
    /// - Returns: The object's text.
    public func webKey(_ id: String? = nil, more: [String: String] = [:]) -> String {
        var members = publicParts.mapValues { Base64.encode($0, as: .url) }
        switch algorithm {
        case .rs256: members["kty"] = "RSA"
        case .es256:
            members["kty"] = "EC"
            members["crv"] = "P-256"
        case .edDSA:
            members["kty"] = "OKP"
            members["crv"] = "Ed25519"
        }
        members["kid"] = id
        members.merge(more) { $1 }
        let texts = members.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\"\($0.value)\"" }
        return "{\(texts.joined(separator: ","))}"
    }

    /// A token in its compact form: these claims, in JSON, under this header.
    ///
    /// - Parameters:
    ///   - claims: The payload's text.
    ///   - id: The header's `kid`; nil for none.
    ///   - header: The header's text; nil for the usual one.
    /// - Returns: The token, signed.
    public func token(_ claims: String, _ id: String? = nil, header: String? = nil) -> String {
        let kid = id.map { ",\"kid\":\"\($0)\"" } ?? ""
        let header = header ?? "{\"alg\":\"\(algorithm.rawValue)\",\"typ\":\"JWT\"\(kid)}"
        let signed =
            Base64.encode(Array(header.utf8), as: .url) + "."
            + Base64.encode(Array(claims.utf8), as: .url)
        return signed + "." + Base64.encode(signature(of: Array(signed.utf8)), as: .url)
    }

    /// A set of keys in JSON.
    public static func set(_ keys: [String]) -> String {
        "{\"keys\":[\(keys.joined(separator: ","))]}"
    }
}
