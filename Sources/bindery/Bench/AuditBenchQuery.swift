import Audit
import JSON
import Model
import Platform

/// A page that is measured, as `scripts/bench-audit` asks for it.
struct AuditBenchQuery: Sendable {
    /// The largest file of queries.
    private static let byteCountMax = 16 << 20

    let tenant: TenantID?
    let filter: AuditFilter
    let limit: Int
    /// The cursor; nil for the newest records.
    let before: UInt64?

    /// The queries of a file: a JSON array of objects, whose members are the parameters of
    /// `GET /v1/tenants/{tenant}/audit`, times in milliseconds since 1970, and `tenantId`.
    static func read(_ path: String) throws(CommandFailure) -> [AuditBenchQuery] {
        let items: [JSONValue]?
        do {
            items =
                try JSONValue(parsing: try File.contents(of: path, byteCountMax: byteCountMax))
                .array
        } catch {
            throw .failed("\(path): \(error)")
        }
        guard let items else { throw .failed("\(path): is no array") }
        return items.map(AuditBenchQuery.init)
    }

    private init(_ query: JSONValue) {
        tenant = query["tenantId"]?.string.flatMap { TenantID($0) }
        limit = Int(query["limit"]?.integer ?? 50)
        before = query["before"]?.integer.map { UInt64(clamping: $0) }
        var filter = AuditFilter()
        filter.since = query["since"]?.integer.map { Timestamp(milliseconds: $0) }
        filter.until = query["until"]?.integer.map { Timestamp(milliseconds: $0) }
        filter.kind = query["kind"]?.string.flatMap { AuditKind(rawValue: $0) }
        filter.outcome = query["outcome"]?.string.flatMap { AuditOutcome(rawValue: $0) }
        filter.workflow = query["workflow"]?.string
        filter.connection = query["connection"]?.string
        filter.operation = query["operation"]?.string
        filter.actor = query["actor"]?.string
        self.filter = filter
    }
}
