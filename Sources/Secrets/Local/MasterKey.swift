import Model
import Platform

/// A key that secrets of the store of our own are sealed under.
public struct MasterKey: Sendable {
    /// The longest id of a key, in bytes.
    static let idByteCount = 8

    /// What tells the key from others; tells nothing of it.
    public let id: String
    private let bytes: SecretBytes

    /// Wraps the bytes of a key; nil when they are not `AESGCM.keyByteCount`.
    init?(_ bytes: SecretBytes) {
        guard bytes.count == AESGCM.keyByteCount else { return nil }
        self.bytes = bytes
        // Made of the key, so that nobody can give one id to two keys, or a key two ids.
        let digest = Digest.hmacSHA256(Array("bindery master key id".utf8), key: bytes)
        id = Hex.encode(digest.prefix(Self.idByteCount))
    }

    /// Encrypts a value for a name of a tenant.
    ///
    /// The nonce is random: 2^32 values may be sealed under one key (NIST SP 800-38D section 8.3).
    func seal(_ value: SecretBytes, _ name: SecretName, of tenant: TenantID) -> SealedSecret.Seal {
        let nonce = Random.bytes(count: AESGCM.nonceByteCount)
        let text = AESGCM.seal(
            value,
            key: bytes,
            nonce: nonce,
            associated: Self.associated(name, tenant)
        )
        return SealedSecret.Seal(keyID: id, bytes: nonce + text)
    }

    /// Decrypts a value; nil unless it was sealed under this key for this name of this tenant.
    func open(
        _ seal: SealedSecret.Seal,
        _ name: SecretName,
        of tenant: TenantID
    ) -> SecretBytes? {
        guard seal.bytes.count > AESGCM.nonceByteCount else { return nil }
        return AESGCM.open(
            Array(seal.bytes.dropFirst(AESGCM.nonceByteCount)),
            key: bytes,
            nonce: Array(seal.bytes.prefix(AESGCM.nonceByteCount)),
            associated: Self.associated(name, tenant)
        )
    }

    /// What a value belongs to: neither name can hold the byte between them.
    private static func associated(_ name: SecretName, _ tenant: TenantID) -> [UInt8] {
        Array("bindery.secret.1\0\(tenant.text)\0\(name.text)".utf8)
    }
}
