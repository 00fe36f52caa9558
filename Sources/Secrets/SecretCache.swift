import Model
import Platform

/// Secrets that were read a short time ago, and those that are being read.
///
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
        case read(Read)
        case nothing
        /// Nothing, and no more reads may begin.
        case full
    }

    private struct Ready {
        let secret: Secret
        let expiresAt: MonotonicInstant
    }

    /// How long a secret is used before it is read again.
    static let lifetime = Duration.seconds(30)
    /// The most secrets remembered.
    static let readyCountMax = 4096
    /// The most reads at once.
    static let readCountMax = 1024

    private var ready: [Key: Ready] = [:]
    private var reads: [Key: (number: UInt64, read: Read)] = [:]
    private var lastNumber: UInt64 = 0
    private var nextSweep = MonotonicInstant(nanoseconds: 0)

    /// The secrets remembered, those included that nobody has looked up since they expired.
    var readyCount: Int { ready.count }

    /// What there is for `key`.
    mutating func find(_ key: Key, now: MonotonicInstant) -> Found {
        if let found = ready[key], found.expiresAt > now { return .secret(found.secret) }
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

    /// Remembers what a read brought, nil for a failure, unless it was invalidated meanwhile.
    mutating func end(_ key: Key, number: UInt64, _ secret: Secret?, now: MonotonicInstant) {
        guard reads[key]?.number == number else { return }
        reads[key] = nil
        guard let secret else { return }
        ready[key] = Ready(secret: secret, expiresAt: now + Self.lifetime)
        if ready.count > Self.readyCountMax { shrink() }
    }

    /// Forgets a reference; reads that are on their way serve those who wait, and nobody later.
    mutating func remove(_ reference: SecretReference) {
        for key in ready.keys.filter({ $0.reference == reference }) { ready[key] = nil }
        for key in reads.keys.filter({ $0.reference == reference }) { reads[key] = nil }
    }

    /// Lets expired secrets go, so that they are wiped, at most once per lifetime.
    private mutating func sweep(_ now: MonotonicInstant) {
        guard now >= nextSweep else { return }
        nextSweep = now + Self.lifetime
        ready = ready.filter { $0.value.expiresAt > now }
    }

    /// Lets an eighth go, the oldest first: one at a time would mean a search for each.
    private mutating func shrink() {
        let oldest = ready.sorted { $0.value.expiresAt < $1.value.expiresAt }
        for (key, _) in oldest.prefix(Self.readyCountMax / 8) { ready[key] = nil }
    }
}
