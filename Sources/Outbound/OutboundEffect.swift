/// Why a request leaves the process.
///
/// No request is made without one, and whoever keeps a record of what was done says for each which
/// record that is: a new effect does not compile before.
public enum OutboundEffect: String, Sendable, Hashable, CaseIterable {
    /// A capability is called at its provider.
    case call
    /// A connection, or a new credential of one, is tried at its provider.
    case healthCheck
    /// An access token is asked for, or a grant exchanged for one.
    case token
    /// A secret is read from the store that keeps it.
    case secret
    /// The keys by which an issuer's tokens are checked are fetched.
    case issuerKeys
    /// An alert is delivered to a webhook.
    case alert
    /// The command line asks a server, which records what it does.
    case commandLine
}
