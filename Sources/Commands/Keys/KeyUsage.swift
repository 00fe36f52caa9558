public import Model
import Synchronization

/// When each API key was last used, to the minute; kept in memory, off the log (API section 3).
public final class KeyUsage: Sendable {
    /// A use is noted at most this often for each key, so that the lock is rarely taken for long.
    static let granularity = Duration.seconds(60)
    /// The most keys noted; beyond, the table starts again.
    static let keyCountMax = 200_000

    private let times = Mutex<[CredentialID: Timestamp]>([:])

    /// Nothing was used yet.
    public init() {}

    /// Notes a use.
    public func note(_ id: CredentialID, at now: Timestamp) {
        times.withLock { times in
            if let last = times[id], now - last < Self.granularity { return }
            if times.count >= Self.keyCountMax { times = [:] }
            times[id] = now
        }
    }

    /// When the key was last used since the server started; nil when it was not.
    public func lastUsedAt(_ id: CredentialID) -> Timestamp? { times.withLock { $0[id] } }
}
