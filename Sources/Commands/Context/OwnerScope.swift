import Ledger
import Model

/// Whose keys or policies a command is about: a tenant's, or the platform's.
public enum OwnerScope: Sendable, Hashable {
    /// The platform's.
    case platform
    /// A tenant's.
    case tenant(TenantScope)

    var tenant: TenantID? {
        switch self {
        case .platform: nil
        case .tenant(let scope): scope.tenant
        }
    }

    /// The path of the collection `name`.
    func path(_ name: String) -> String {
        switch self {
        case .platform: "/v1/\(name)"
        case .tenant(let scope): "\(scope.path)/\(name)"
        }
    }

    /// The key with this id, if it is the owner's.
    func key(_ id: CredentialID, _ state: State) -> Stored<Credential>? {
        guard let key = state.credentials[id], key.value.tenant == tenant else { return nil }
        return key
    }

    /// The owner's keys, by id.
    func keys(_ state: State) -> [Stored<Credential>] {
        let ids: Set<CredentialID>
        switch self {
        case .platform: ids = state.platformCredentialIDs
        case .tenant(let scope): ids = scope.read(state).credentialIDs
        }
        return ids.sorted().compactMap { state.credentials[$0] }
    }

    /// The owner's policies, by id.
    func policies(_ state: State) -> [PolicyID: Stored<PolicyRule>] {
        switch self {
        case .platform: state.catalog.policies
        case .tenant(let scope): scope.read(state).policies
        }
    }
}
