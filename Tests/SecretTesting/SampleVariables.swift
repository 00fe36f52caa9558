public import Model
public import Platform
public import Secrets
import Synchronization

/// The variables of the environment that connections of the tests name: a process can't safely set
/// its own.
public struct SampleVariables: SecretStore {
    /// What each holds, by its name; a name that is not here is of no variable.
    public static let values = Dictionary(
        uniqueKeysWithValues: ["A", "B", "C", "D", "X", "ZQX"]
            .map { ("BINDERY_SECRET_\($0)", #"{"apiKey": "key-of-\#($0)"}"#) }
    )

    /// Whether they can't be read for the moment.
    private let outage: SampleOutage?

    /// The variables; with an outage, for as long as it lasts, none can be read.
    public init(_ outage: SampleOutage? = nil) { self.outage = outage }

    /// What the variable holds that the reference names.
    ///
    /// - Throws: `.notFound` for any other; `.unavailable` while they can't be read.
    public func read(
        _ reference: SecretReference,
        for tenant: TenantID
    ) async throws(SecretError) -> SecretBytes {
        if outage?.isOn ?? false { throw SecretError(.unavailable, reference, "the store is down") }
        guard reference.scheme == .env, let value = Self.values[reference.path] else {
            throw SecretError(.notFound, reference, "the variable is not set")
        }
        var bytes = Array(value.utf8)
        return SecretBytes(wiping: &bytes)
    }
}

/// A time in which a test's secrets can't be read, begun and ended by the test.
public final class SampleOutage: Sendable {
    private let state: Atomic<Bool>

    /// An outage that is on, or not yet.
    public init(isOn: Bool) { state = Atomic(isOn) }

    /// Whether it is on.
    public var isOn: Bool { state.load(ordering: .relaxed) }

    /// Begins it or ends it.
    public func set(_ isOn: Bool) { state.store(isOn, ordering: .relaxed) }
}
