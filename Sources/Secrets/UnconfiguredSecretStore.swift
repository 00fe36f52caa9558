import Model
import Platform

/// Stands for a store that the settings, or this version, do not offer.
struct UnconfiguredSecretStore: SecretStore {
    private let reason: String

    init(reason: String) {
        self.reason = reason
    }

    func read(
        _ reference: SecretReference,
        for tenant: TenantID
    ) async throws(SecretError) -> SecretBytes {
        throw SecretError(.notConfigured, reference, reason)
    }
}
