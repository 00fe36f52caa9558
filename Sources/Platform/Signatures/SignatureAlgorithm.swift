/// How a signature is made: the asymmetric algorithms of RFC 7518 and RFC 8037 that are spoken here.
///
/// There is no `none` and nothing symmetric, so that no text from outside can choose one.
public enum SignatureAlgorithm: String, Sendable, Hashable, CaseIterable {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    case rs256 = "RS256"
    /// ECDSA on the curve P-256 with SHA-256.
    case es256 = "ES256"
    /// Ed25519.
    case edDSA = "EdDSA"
}
