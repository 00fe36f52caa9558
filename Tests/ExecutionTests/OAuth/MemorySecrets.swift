import Model
import Platform
import Secrets
import Synchronization

/// A store of secrets in memory, such as several replicas share; with the failures that a test wants.
final class MemorySecrets: SecretWriting {
    private struct State {
        var values: [SecretName: VersionedSecret] = [:]
        var lastVersion: UInt64 = 0
        var failures: [SecretWriteError] = []
        var writeCount = 0
    }

    private let state = Mutex(State())

    /// How often something was written.
    var writeCount: Int { state.withLock { $0.writeCount } }

    /// The next writes fail with these.
    func fail(_ errors: [SecretWriteError]) { state.withLock { $0.failures = errors } }

    func value(
        _ name: SecretName,
        of tenant: TenantID
    ) async throws(SecretError) -> VersionedSecret? { state.withLock { $0.values[name] } }

    /// The text under a name.
    func text(_ name: String) -> String? {
        SecretName(name)
            .flatMap { name in
                state.withLock { $0.values[name] }?.value.withText { $0 }
            }
    }

    @discardableResult func put(
        _ value: SecretBytes,
        _ name: SecretName,
        of tenant: TenantID,
        expecting: SecretExpectation
    ) async throws(SecretWriteError) -> UInt64 {
        let result = state.withLock { state -> Result<UInt64, SecretWriteError> in
            if !state.failures.isEmpty { return .failure(state.failures.removeFirst()) }
            guard Self.isMet(expecting, state.values[name]) else {
                return .failure(SecretWriteError(.conflict, "another version is kept"))
            }
            state.lastVersion += 1
            state.writeCount += 1
            state.values[name] = VersionedSecret(value: value, version: state.lastVersion)
            return .success(state.lastVersion)
        }
        return try result.get()
    }

    func remove(
        _ name: SecretName,
        of tenant: TenantID,
        expecting: SecretExpectation
    ) async throws(SecretWriteError) {
        let isDone = state.withLock { state in
            guard Self.isMet(expecting, state.values[name]), state.values[name] != nil else {
                return false
            }
            state.values[name] = nil
            return true
        }
        if !isDone { throw SecretWriteError(.conflict, "another version is kept") }
    }

    private static func isMet(_ expecting: SecretExpectation, _ kept: VersionedSecret?) -> Bool {
        switch expecting {
        case .anything: true
        case .nothing: kept == nil
        case .version(let version): kept?.version == version
        }
    }
}
