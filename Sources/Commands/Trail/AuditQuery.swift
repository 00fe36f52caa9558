import Audit
import Model

/// The query parameters by which audit records are chosen.
public struct AuditQuery: Sendable {
    /// The filters that it knows, each named after the record's member.
    public static let parameters = [
        "since", "until", "kind", "workflow", "connection", "operation", "outcome", "actor",
    ]

    /// The filters that were given.
    let filters: [String: String]

    /// A query.
    public init(_ filters: [String: String]) { self.filters = filters }

    /// What the caller may see of what it asks for.
    ///
    /// - Throws: `INVALID_PARAMETER`.
    func filter(_ caller: Caller) throws(CommandError) -> AuditFilter {
        var filter = AuditFilter()
        filter.environments = caller.credential.environments
        filter.since = try time("since")
        filter.until = try time("until")
        filter.kind = try choice("kind")
        filter.outcome = try choice("outcome")
        filter.workflow = filters["workflow"]
        filter.connection = filters["connection"]
        filter.operation = filters["operation"]
        filter.actor = filters["actor"]
        return filter
    }

    private func time(_ name: String) throws(CommandError) -> Timestamp? {
        guard let text = filters[name] else { return nil }
        guard let time = Timestamp(text) else {
            throw .parameter(name, "must be a time as RFC 3339 writes it")
        }
        return time
    }

    private func choice<E: RawRepresentable<String> & CaseIterable>(
        _ name: String
    ) throws(CommandError) -> E? {
        guard let text = filters[name] else { return nil }
        guard let value = E(rawValue: text) else {
            let known = E.allCases.map(\.rawValue).joined(separator: ", ")
            throw .parameter(name, "must be one of \(known)")
        }
        return value
    }
}
