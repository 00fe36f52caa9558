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
    ///
    /// Another's is not looked up: it takes the way, and so the time, of one that does not exist.
    func key(_ id: CredentialID, _ state: State) -> Stored<Credential>? {
        keyIDs(state).contains(id) ? state.credentials[id] : nil
    }

    /// The owner's keys, by id.
    func keys(_ state: State) -> [Stored<Credential>] {
        keyIDs(state).sorted().compactMap { state.credentials[$0] }
    }

    private func keyIDs(_ state: State) -> Set<CredentialID> {
        switch self {
        case .platform: state.platformCredentialIDs
        case .tenant(let scope): scope.read(state).credentialIDs
        }
    }

    /// The owner's policies, by id.
    func policies(_ state: State) -> [PolicyID: Stored<PolicyRule>] {
        switch self {
        case .platform: state.catalog.policies
        case .tenant(let scope): scope.read(state).policies
        }
    }
}
