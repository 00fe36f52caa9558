import Model
import Platform

/// The access tokens that are there, and those that are being asked for.
///
/// A value without a lock or a clock: its owner brings both.
struct TokenTable {
    /// What is remembered under: another credential is another token.
    struct Key: Hashable, Sendable {
        let tenant: TenantID
        let connection: ConnectionID
        let fingerprint: [UInt8]
    }

    /// One request for a token that all who need it wait for.
    typealias Flight = Task<Result<AccessToken, TokenFailure>, Never>

    /// What is known of one credential.
    struct Entry {
        var token: AccessToken?
        /// The secret's tokens as they were seen last.
        var tokensDigest: [UInt8]
        /// The refresh token that took the place of the secret's own.
        var refreshToken: SecretBytes?
        var flight: Flight?
        var failure: (what: TokenFailure, until: MonotonicInstant)?
        /// Failures in a row.
        var failureCount = 0
        /// When a token was last asked for though the one before seemed good.
        var forcedAt: MonotonicInstant?
        /// Whether the end of the grant was told.
        var isEndTold = false
        var usedAt: MonotonicInstant
    }

    /// The most credentials whose tokens are remembered.
    static let countMaxDefault = 20_000

    private let countMax: Int
    private var entries: [Key: Entry] = [:]

    init(countMax: Int) { self.countMax = max(8, countMax) }

    /// How many credentials are known.
    var count: Int { entries.count }

    /// What is known of a credential; changes to what is not known are left out.
    subscript(key: Key) -> Entry? {
        get { entries[key] }
        set { if entries[key] != nil { entries[key] = newValue } }
    }

    /// Begins to know a credential; the least used others are forgotten for it.
    mutating func insert(_ key: Key, _ entry: Entry) {
        if entries.count >= countMax { shrink() }
        entries[key] = entry
    }

    /// Forgets the tokens of a connection that is gone.
    mutating func remove(_ tenant: TenantID, _ connection: ConnectionID) {
        entries = entries.filter { $0.key.tenant != tenant || $0.key.connection != connection }
    }

    /// Lets an eighth go: one at a time would mean a search for each.
    ///
    /// Refresh tokens that are nowhere else go last, for what they stand for can't be asked for again.
    private mutating func shrink() {
        let order = entries.filter { $0.value.flight == nil }
            .sorted { left, right in
                let (isLeftKept, isRightKept) = (
                    left.value.refreshToken != nil, right.value.refreshToken != nil
                )
                if isLeftKept != isRightKept { return isRightKept }
                return left.value.usedAt < right.value.usedAt
            }
        for (key, _) in order.prefix(max(1, countMax / 8)) { entries[key] = nil }
    }
}
