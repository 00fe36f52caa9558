public import Model
import Synchronization

/// What a secret store did, since the start.
public struct SecretStoreStatistics: Sendable, Hashable {
    /// The store.
    public let scheme: SecretReference.Scheme
    /// Reads that brought a secret.
    public var successCount: UInt64 = 0
    /// Reads that the store answered with a refusal: not found, forbidden, malformed.
    public var refusalCount: UInt64 = 0
    /// Reads that failed because the store was down.
    public var failureCount: UInt64 = 0
    /// How often a stale secret was served since the store was down.
    public var staleCount: UInt64 = 0
    /// Whether the store was down when it was asked last.
    public var isDown = false
}

/// That a store went down, or came back.
public enum SecretStoreEvent: Sendable, Hashable {
    /// It can't be reached; told once, until it has answered again. `detail` names the reference.
    case down(SecretReference.Scheme, detail: String)
    /// It answers again.
    case back(SecretReference.Scheme)
}

/// Counts what stores do, and tells of their outages.
final class SecretStoreWatch: Sendable {
    private let statistics: Mutex<[SecretReference.Scheme: SecretStoreStatistics]> = Mutex([:])
    private let tell: @Sendable (SecretStoreEvent) -> Void

    init(_ tell: @escaping @Sendable (SecretStoreEvent) -> Void) { self.tell = tell }

    /// What the stores did that were asked, by their scheme.
    var all: [SecretStoreStatistics] {
        statistics.withLock { $0.values.sorted { $0.scheme.rawValue < $1.scheme.rawValue } }
    }

    /// Notes how a read ended.
    func note(_ result: Result<Secret, SecretError>, of scheme: SecretReference.Scheme) {
        let event = change(scheme) { store -> SecretStoreEvent? in
            let wasDown = store.isDown
            store.isDown = false
            switch result {
            case .success: store.successCount += 1
            case .failure(let error) where error.code == .unavailable:
                store.failureCount += 1
                store.isDown = true
                return wasDown ? nil : .down(scheme, detail: error.detail)
            case .failure: store.refusalCount += 1
            }
            return wasDown ? .back(scheme) : nil
        }
        if let event { tell(event) }
    }

    /// Notes that a stale secret was served.
    func noteStale(_ scheme: SecretReference.Scheme) { change(scheme) { $0.staleCount += 1 } }

    private func change<Result: Sendable>(
        _ scheme: SecretReference.Scheme,
        _ body: (inout SecretStoreStatistics) -> Result
    ) -> Result {
        statistics.withLock { stores in
            var store = stores[scheme] ?? SecretStoreStatistics(scheme: scheme)
            defer { stores[scheme] = store }
            return body(&store)
        }
    }
}
