import Audit
import JSON
import Model
import Platform

/// Writes out a tenant's audit records, the oldest first, in a form that can be checked offline.
public struct ExportAudit: Sendable {
    /// The most exports at one time.
    static let countMax = 16
    /// The most exports that keys of one tenant have at one time.
    static let tenantCountMax = 2

    /// The places of those who export.
    static func makeSlots() -> StreamSlots {
        StreamSlots(what: "audit exports", countMax: countMax, tenantCountMax: tenantCountMax)
    }

    /// The tenant.
    public let scope: TenantScope
    /// The filters that were given.
    public let filters: [String: String]
    /// The parameter `after`.
    public let after: String?

    /// A request.
    public init(scope: TenantScope, filters: [String: String], after: String?) {
        self.scope = scope
        self.filters = filters
        self.after = after
    }

    /// Carries it out.
    ///
    /// What is newer than the trail's head now is not in it. Its end, with the digest of all that was
    /// exported, is recorded in the trail before the last line is written.
    ///
    /// - Throws: `INVALID_PARAMETER`; `TOO_MANY_STREAMS`; `AUDIT_UNAVAILABLE`.
    public func run(_ context: CommandContext) throws(CommandError) -> CommandAnswer {
        let filter = try AuditQuery(filters).filter(context.caller)
        guard let start = UInt64(after ?? "0"), start < UInt64(Int64.max) else {
            throw .parameter("after", "must be the sequence of a record")
        }
        try context.services.checkAudit()
        let slot = try context.services.auditExports.enter(context.caller.credential.tenant)
        let reading = AuditReading(.tenant(scope), context.caller)
        let stream = AnswerStream(mediaType: "application/x-ndjson") { sink in
            defer { withExtendedLifetime(slot) {} }
            try await write(to: sink, filter, after: start, reading, context)
        }
        return CommandAnswer(body: .stream(stream), revision: context.services.revision)
    }

    private func write(
        to sink: AnswerSink,
        _ filter: AuditFilter,
        after start: UInt64,
        _ reading: AuditReading,
        _ context: CommandContext
    ) async throws {
        let audit = context.services.audit
        let head = audit.head
        var form = ExportForm(after: start)
        try await sink.write(form.start(description(after: start, audit)))
        var after: UInt64? = start
        while let cursor = after {
            let part = try await audit.records(
                tenant: scope.tenant,
                filter: filter,
                after: cursor,
                through: head.sequence
            )
            var piece: [UInt8] = []
            for record in part.items { piece += form.line(record, shown: reading.show(record)) }
            if !piece.isEmpty { try await sink.write(piece) }
            after = part.next
        }
        let state = form.state
        try await context.services.record(draft(state, context))
        let end: JSONObject = [
            "through": .integer(Int64(clamping: head.sequence)), "throughHash": .string(head.hash),
            "removed": .integer(Int64(clamping: audit.removed.sequence)),
        ]
        try await sink.write(form.end(end))
    }

    /// What the first line says.
    private func description(after start: UInt64, _ audit: AuditTrail) -> JSONObject {
        var description: JSONObject = [
            "tenantId": .string(scope.tenant.text),
            "after": .integer(Int64(clamping: start)),
            "removed": .integer(Int64(clamping: audit.removed.sequence)),
        ]
        var given: JSONObject = [:]
        for name in AuditQuery.parameters { given[name] = filters[name].map { .string($0) } }
        description["filters"] = .object(given)
        return description
    }

    /// What the trail records of it.
    private func draft(_ state: JSONObject, _ context: CommandContext) -> AuditDraft {
        var draft = AuditDraft(
            .decision,
            "audit.export",
            outcome: .success,
            by: context.caller.auditActor,
            at: context.now
        )
        draft.tenant = scope.tenant
        draft.resource = AuditResource(type: "audit", id: scope.tenant.text)
        draft.decision = AuditDecision(isAllowed: true)
        draft.requestID = context.requestID
        draft.traceparent = context.trace?.traceparent
        draft.after = .object(state)
        return draft
    }
}
