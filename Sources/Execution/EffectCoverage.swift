import Audit
import Outbound

/// Which audit record tells of a request that leaves the process.
///
/// A new effect does not compile until it says so here.
enum EffectCoverage: Sendable, Hashable {
    /// A record of this kind for each, durable before its outcome is told to anybody.
    case recorded(AuditKind)
    /// None, for this reason.
    case nothing(Reason)

    /// Why an effect leaves no record of its own.
    enum Reason: Sendable, Hashable {
        /// The record of the call, the check or the change that needed it tells of it when it fails.
        case serves
        /// What is on its way to a webhook has a list of its own, with every attempt.
        case listed
        /// The server that is asked records what it does.
        case recordedThere
    }
}

extension OutboundEffect {
    /// Which audit record tells of it.
    var coverage: EffectCoverage {
        switch self {
        case .call: .recorded(.call)
        case .healthCheck: .recorded(.health)
        case .token, .secret, .issuerKeys: .nothing(.serves)
        case .alert: .nothing(.listed)
        case .commandLine: .nothing(.recordedThere)
        }
    }
}
