public import Model

/// What became of the secrets when they were to be sealed under the first master key.
public struct RekeyReport: Sendable, Hashable {
    /// A secret that could not be opened, and was left as it is.
    public struct Unreadable: Sendable, Hashable {
        /// Whose it is.
        public let tenant: TenantID
        /// Its name.
        public let name: SecretName
        /// The key that it says it is sealed under.
        public let keyID: String
    }

    /// A master key, known or only named by secrets.
    public struct Key: Sendable, Hashable {
        /// Its id.
        public let id: String
        /// The secrets sealed under it now.
        public let secretCount: Int
        /// Whether this server has it.
        public let isKnown: Bool
        /// Whether it seals, or a secret is sealed under it: one that is not needed may leave the
        /// file, once no backup is wanted that needs it.
        public let isNeeded: Bool
    }

    /// The most unreadable secrets that are named.
    public static let unreadableCountMax = 20

    /// The key that seals.
    public let keyID: String
    /// How many were sealed anew by this call.
    public let resealedCount: Int
    /// How many are left for the next call; 0 when all that open are under the first key.
    public let remainingCount: Int
    /// How many could not be opened.
    public let unreadableCount: Int
    /// Some of those.
    public let unreadable: [Unreadable]
    /// The keys: those of the server in its order, then unknown ones by id.
    public let keys: [Key]
}
