/// What the server does of itself and records: the one list, which docs/audit.md shows as a table.
///
/// What it does because somebody asked for it is declared by the route of the request.
public enum SystemAction: String, Sendable, Hashable, CaseIterable {
    case connectionCheck = "connection.check"
    case connectionRollback = "connection.rollback"
    case connectionEndOverlap = "connection.endOverlap"
    case tokenRequest = "oauth.token"
    case grantEnded = "connection.grantEnded"
    case webhookDisable = "webhook.disable"
    case auditRemove = "audit.remove"

    /// The kind of its records.
    public var kind: AuditKind {
        switch self {
        case .connectionCheck: .health
        case .tokenRequest: .call
        case .connectionRollback, .connectionEndOverlap, .grantEnded, .webhookDisable,
            .auditRemove:
            .change
        }
    }

    /// The part of the server that does it: the id of the record's actor.
    public var part: String {
        switch self {
        case .connectionCheck, .connectionRollback, .connectionEndOverlap: "health"
        case .tokenRequest, .grantEnded: "oauth"
        case .webhookDisable: "alerts"
        case .auditRemove: "audit.retention"
        }
    }

    /// When it is recorded, in words.
    public var occasion: String {
        switch self {
        case .connectionCheck: "a background check finds another status of a connection"
        case .connectionRollback:
            "a rotated connection fails its checks within the overlap, and has its old secret back"
        case .connectionEndOverlap: "the overlap of a rotation is over, and the old secret goes"
        case .tokenRequest:
            "a token endpoint was asked for a token of a connection, whatever came of it"
        case .grantEnded:
            "an authorization server takes a connection's grant no more, and it is paused"
        case .webhookDisable:
            "a webhook is disabled, since its endpoint answered 410 or took nothing for five days"
        case .auditRemove: "old records are removed by age or size"
        }
    }
}
