import Model
import Platform

/// Secrets that were read a short time ago, and those that are being read.
///
/// A secret is fresh for `lifetime`. When it is to be read again and its store is down, it is served
/// stale until `staleTime` has passed as well, while the store is asked every `retryInterval`.
/// A value without a lock or a clock: its owner brings both.
struct SecretCache {
    /// What is remembered under.
    struct Key: Hashable, Sendable {
        let tenant: TenantID
        let reference: SecretReference
        let declaredFields: Set<String>
    }

    /// One read that all who ask meanwhile wait for.
    typealias Read = Task<Result<Secret, SecretError>, Never>

    /// What a look-up found.
    enum Found {
        case secret(Secret)
        /// The store was down when it was asked last; `needsRead` when it is to be asked again.
        case stale(Secret, needsRead: Bool)
        case read(Read)
        case nothing
        /// Nothing, and no more reads may begin.
        case full
    }

    private struct Ready {
        let secret: Secret
        /// When it is to be read again.
        var readsAgainAt: MonotonicInstant
        let staleUntil: MonotonicInstant
        /// Whether its store was down when it was asked last.
        var isStale = false
    }

    /// How long a secret is used before it is read again.
    static let lifetime = Duration.seconds(30)
    /// How long a store that is down is not asked again for a secret.
    static let retryInterval = Duration.seconds(5)
    /// The most secrets remembered.
    static let readyCountMax = 4096
    /// The most reads at once.
    static let readCountMax = 1024

    private let staleTime: Duration
    private var ready: [Key: Ready] = [:]
    private var reads: [Key: (number: UInt64, read: Read)] = [:]
    private var lastNumber: UInt64 = 0
    private var nextSweep = MonotonicInstant(nanoseconds: 0)

    /// An empty cache; `staleTime` is how long a secret is served beyond its lifetime while its
    /// store is down.
    init(staleTime: Duration = .zero) { self.staleTime = staleTime }

    /// The secrets remembered, those included that nobody has looked up since they expired.
    var readyCount: Int { ready.count }

    /// What there is for `key`.
    mutating func find(_ key: Key, now: MonotonicInstant) -> Found {
        let found = ready[key]
        if let found, found.isStale, found.staleUntil > now {
            // Nobody waits for a store that is known to be down.
            let isDue = found.readsAgainAt <= now && reads[key] == nil
            return .stale(found.secret, needsRead: isDue && reads.count < Self.readCountMax)
        }
        if let found, !found.isStale, found.readsAgainAt > now { return .secret(found.secret) }
        if let current = reads[key] { return .read(current.read) }
        sweep(now)
        return reads.count < Self.readCountMax ? .nothing : .full
    }

    /// Remembers that `key` is being read, by what `start` starts for the read's number.
    mutating func begin(_ key: Key, _ start: (UInt64) -> Read) -> Read {
        lastNumber += 1
        let read = start(lastNumber)
        reads[key] = (lastNumber, read)
        return read
    }

    /// Remembers what a read brought, unless the key was invalidated meanwhile.
    ///
    /// - Returns: The stale secret that is served in the place of a failure; nil when there is none,
    ///   or the store has answered: what it says is so.
    mutating func end(
        _ key: Key,
        number: UInt64,
        _ result: Result<Secret, SecretError>,
        now: MonotonicInstant
    ) -> Secret? {
        guard reads[key]?.number == number else { return nil }
        reads[key] = nil
        switch result {
        case .success(let secret):
            let expiresAt = now + Self.lifetime
            ready[key] = Ready(
                secret: secret,
                readsAgainAt: expiresAt,
                staleUntil: expiresAt + staleTime
            )
            if ready.count > Self.readyCountMax { shrink() }
            return nil
        case .failure(let error):
            guard error.code == .unavailable, var old = ready[key], old.staleUntil > now else {
                ready[key] = nil
                return nil
            }
            old.readsAgainAt = now + Self.retryInterval
            old.isStale = true
            ready[key] = old
            return old.secret
        }
    }

    /// Forgets a reference; reads that are on their way serve those who wait, and nobody later.
    mutating func remove(_ reference: SecretReference) {
        for key in ready.keys.filter({ $0.reference == reference }) { ready[key] = nil }
        for key in reads.keys.filter({ $0.reference == reference }) { reads[key] = nil }
    }

    /// Lets secrets go that nothing can be done with any more, so that they are wiped, at most once
    /// per lifetime.
    private mutating func sweep(_ now: MonotonicInstant) {
        guard now >= nextSweep else { return }
        nextSweep = now + Self.lifetime
        ready = ready.filter { $0.value.staleUntil > now }
    }

    /// Lets an eighth go, the oldest first: one at a time would mean a search for each.
    private mutating func shrink() {
        let oldest = ready.sorted { $0.value.staleUntil < $1.value.staleUntil }
        for (key, _) in oldest.prefix(Self.readyCountMax / 8) { ready[key] = nil }
    }
}
