import Audit
import JSON
import Model

/// Lists the audit records of a tenant, or those of the platform, newest first.
public struct ListAudit: Sendable {
    /// Whose records.
    public let scope: OwnerScope
    /// The filters that were given.
    public let filters: [String: String]
    /// The parameter `limit`.
    public let limit: String?
    /// The parameter `cursor`.
    public let cursor: String?

    /// A request.
    public init(scope: OwnerScope, filters: [String: String], limit: String?, cursor: String?) {
        self.scope = scope
        self.filters = filters
        self.limit = limit
        self.cursor = cursor
    }

    /// Carries it out.
    ///
    /// - Throws: `INVALID_PARAMETER`; `AUDIT_UNAVAILABLE`.
    public func run(_ context: CommandContext) async throws(CommandError) -> CommandAnswer {
        let request = try PageRequest(limit: limit, cursor: cursor)
        var before: UInt64?
        if let after = request.after {
            guard let sequence = UInt64(after) else {
                throw .parameter("cursor", "is none that a list gave")
            }
            before = sequence
        }
        let page: AuditPage
        do {
            page = try await context.services.audit.list(
                tenant: scope.tenant,
                filter: try AuditQuery(filters).filter(context.caller),
                limit: request.limit,
                before: before
            )
        } catch let error as AuditError {
            throw CommandError(error)
        } catch let error as CommandError {
            throw error
        } catch {
            preconditionFailure("a list fails by the trail or by its parameters")
        }
        let reading = AuditReading(scope, context.caller)
        let next = page.nextCursor.map { PageRequest.cursor(after: "\($0)") }
        return Page(items: page.items.map(reading.show), nextCursor: next)
            .answer(revision: context.services.revision)
    }
}
