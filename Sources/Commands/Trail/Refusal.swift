import Audit
import Policy

/// Why a request was refused before its command answered, and which audit record tells of it.
///
/// There is no other way to such a record, and a new reason does not compile until it has a kind.
enum Refusal: Sendable, Hashable {
    /// Nobody knows who sent it.
    case unauthenticated
    /// Who sent it may not do this.
    case denied(Action)

    /// The kind of its record.
    var kind: AuditKind {
        switch self {
        case .unauthenticated: .auth
        case .denied: .decision
        }
    }

    /// The action of its record.
    var action: String {
        switch self {
        case .unauthenticated: "authenticate"
        case .denied(let action): action.rawValue
        }
    }
}
