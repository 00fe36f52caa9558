/// A secret in Bindery's own store, encrypted: `local://NAME`.
///
/// What of it is not the value itself is no secret. The value is opened by the room `Secrets` alone,
/// which has the key.
public struct SealedSecret: Sendable, Hashable {
    /// The most secrets of a tenant.
    public static let countMax = 10_000
    /// The largest value, in bytes.
    public static let valueByteCountMax = 65_536

    /// Its name, unique within its tenant.
    public let name: SecretName
    /// Grows with every value that it is given; no two values of a name have the same one.
    public let version: UInt64
    /// When it was made.
    public let createdAt: Timestamp
    /// When it was given this value.
    public let updatedAt: Timestamp
    /// The encrypted value.
    public let seal: Seal

    /// An encrypted value.
    public struct Seal: Sendable, Hashable {
        /// The id of the master key that it was encrypted under.
        public let keyID: String
        /// The nonce, the encrypted text and its tag.
        public let bytes: [UInt8]

        /// What `Secrets` made, or the ledger has kept.
        public init(keyID: String, bytes: [UInt8]) {
            self.keyID = keyID
            self.bytes = bytes
        }
    }

    /// A secret as the ledger keeps it.
    public init(
        name: SecretName,
        version: UInt64,
        createdAt: Timestamp,
        updatedAt: Timestamp,
        seal: Seal
    ) {
        self.name = name
        self.version = version
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.seal = seal
    }

    /// The same value under another master key.
    public func resealed(_ seal: Seal) -> SealedSecret {
        SealedSecret(
            name: name,
            version: version,
            createdAt: createdAt,
            updatedAt: updatedAt,
            seal: seal
        )
    }
}
