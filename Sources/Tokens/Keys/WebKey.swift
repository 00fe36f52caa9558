import JSON
import Platform

/// A public key of a set, as RFC 7517 writes it.
public struct WebKey: Sendable {
    /// What makes it the same key in another set, under whatever `kid`.
    public struct Identity: Sendable, Hashable {
        /// SHA-256 over its algorithm and its numbers.
        let digest: [UInt8]
    }

    /// Why a key of a set is not used.
    enum Defect: Error {
        /// It is for something else: another kind, another use, another algorithm.
        case otherUse
        /// It is no key, or a weak one.
        case unusable
        /// It holds what should be nobody's but the signer's.
        case isPrivate
    }

    /// Its `kid`; nil when it has none.
    let id: String?
    /// What it verifies with.
    let key: SignatureKey
    /// What makes it the same key in another set.
    let identity: Identity

    /// Members that a public key does not have.
    private static let privateMembers = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"]

    /// Reads a key.
    init(_ json: JSONValue) throws(Defect) {
        guard let object = json.object, let kind = object["kty"]?.string else { throw .unusable }
        guard let parts = Self.parts[kind] else { throw .otherUse }
        guard !Self.privateMembers.contains(where: object.contains) else { throw .isPrivate }
        try Self.checkUse(object)
        if let curve = parts.curve, object["crv"]?.string != curve { throw .otherUse }
        if let stated = object["alg"], stated.string != parts.algorithm.rawValue {
            throw .otherUse
        }
        var numbers: [[UInt8]] = []
        for name in parts.names {
            guard let text = object[name]?.string, text.utf8.count <= Self.textByteCountMax,
                let bytes = Base64.decode(text, as: .url)
            else { throw .unusable }
            numbers.append(bytes)
        }
        guard let key = Self.key(parts.algorithm, numbers) else { throw .unusable }
        id = try Self.id(object)
        self.key = key
        var maker = DigestStream()
        maker.update(Array(parts.algorithm.rawValue.utf8))
        for number in numbers { maker.update(Array("\(number.count):".utf8) + number) }
        identity = Identity(digest: maker.finish())
    }

    /// The longest number, in base64url: a modulus of RSA.
    private static let textByteCountMax = 1400

    private struct Parts {
        let algorithm: SignatureAlgorithm
        var curve: String?
        let names: [String]
    }

    /// What each kind of key is made of (RFC 7518 section 6, RFC 8037 section 2).
    private static let parts = [
        "RSA": Parts(algorithm: .rs256, names: ["n", "e"]),
        "EC": Parts(algorithm: .es256, curve: "P-256", names: ["x", "y"]),
        "OKP": Parts(algorithm: .edDSA, curve: "Ed25519", names: ["x"]),
    ]

    private static func checkUse(_ object: JSONObject) throws(Defect) {
        if let use = object["use"], use.string != "sig" { throw .otherUse }
        if let operations = object["key_ops"],
            !(operations.array?.contains(.string("verify")) ?? false)
        {
            throw .otherUse
        }
    }

    private static func id(_ object: JSONObject) throws(Defect) -> String? {
        guard let value = object["kid"] else { return nil }
        guard let id = value.string,
            (1...CompactToken.keyIDByteCountMax).contains(id.utf8.count)
        else { throw .unusable }
        return id
    }

    private static func key(
        _ algorithm: SignatureAlgorithm,
        _ numbers: [[UInt8]]
    ) -> SignatureKey? {
        switch algorithm {
        case .rs256: SignatureKey(rsaModulus: numbers[0], exponent: numbers[1])
        case .es256: SignatureKey(p256X: numbers[0], y: numbers[1])
        case .edDSA: SignatureKey(ed25519: numbers[0])
        }
    }
}
