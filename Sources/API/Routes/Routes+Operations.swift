import Audit
import Commands
import HTTPWire
import JSON
import Policy

extension Routes {
    /// The audit trail.
    static let trail: [Route] = [
        Route(
            .get,
            "/v1/tenants/{tenant}/audit",
            "listAudit",
            "Lists a tenant's audit records, newest first.",
            access: .action(.auditRead),
            environments: .listed,
            query: AuditQuery.parameters,
            answer: .page("AuditRecord"),
            audit: .nothing(.reads),
            run: .later { call async throws(CommandError) in
                try await list(.tenant(call.tenant), call)
            }
        ),
        Route(
            .get,
            "/v1/tenants/{tenant}/audit/export",
            "exportAudit",
            "Writes out a tenant's audit records, oldest first, to be checked offline.",
            access: .action(.auditReadBodies),
            environments: .listed,
            query: AuditQuery.parameters + ["after"],
            answer: .text("application/x-ndjson"),
            audit: .records(.decision, ["audit.export"]),
            run: .later { call async throws(CommandError) in
                var filters: [String: String] = [:]
                for name in AuditQuery.parameters { filters[name] = call.query[name] }
                return try ExportAudit(
                    scope: call.tenant,
                    filters: filters,
                    after: call.query["after"]
                )
                .run(call.context)
            }
        ),
        Route(
            .get,
            "/v1/tenants/{tenant}/audit/{id}",
            "getAudit",
            "Answers an audit record.",
            access: .action(.auditRead),
            environments: .object,
            answer: .object("AuditRecord"),
            audit: .nothing(.reads),
            run: .later { call async throws(CommandError) in
                try await GetAudit(scope: .tenant(call.tenant), id: call.parameters["id"] ?? "")
                    .run(call.context)
            }
        ),
        Route(
            .get,
            "/v1/audit",
            "listPlatformAudit",
            "Lists the platform's own audit records, which are no tenant's, newest first.",
            access: .action(.auditReadPlatform),
            query: AuditQuery.parameters,
            answer: .page("AuditRecord"),
            audit: .nothing(.reads),
            run: .later { call async throws(CommandError) in try await list(.platform, call) }
        ),
        Route(
            .get,
            "/v1/audit/{id}",
            "getPlatformAudit",
            "Answers an audit record of the platform's own.",
            access: .action(.auditReadPlatform),
            answer: .object("AuditRecord"),
            audit: .nothing(.reads),
            run: .later { call async throws(CommandError) in
                try await GetAudit(scope: .platform, id: call.parameters["id"] ?? "")
                    .run(call.context)
            }
        ),
        Route(
            .get,
            "/v1/audit/verify",
            "verifyAudit",
            "Walks the hash chain of the audit trail.",
            access: .action(.auditVerify),
            answer: .object("AuditVerification"),
            audit: .nothing(.reads),
            run: .later { call async throws(CommandError) in
                try await VerifyAudit().run(call.context)
            }
        ),
    ]

    private static func list(
        _ scope: OwnerScope,
        _ call: RouteCall
    ) async throws(CommandError) -> CommandAnswer {
        var filters: [String: String] = [:]
        for name in AuditQuery.parameters { filters[name] = call.query[name] }
        let command = ListAudit(
            scope: scope,
            filters: filters,
            limit: call.query["limit"],
            cursor: call.query["cursor"]
        )
        return try await command.run(call.context)
    }

    /// What those need who run the server.
    static let operations: [Route] = [
        Route(
            .get,
            "/livez",
            "getLiveness",
            "Answers that the process runs.",
            access: .anyone,
            answer: .object("Status"),
            audit: .nothing(.open),
            run: .now { call throws(CommandError) in GetStatus.liveness(call.context) }
        ),
        Route(
            .get,
            "/readyz",
            "getReadiness",
            "Answers whether the server takes requests, and writes.",
            access: .anyone,
            answer: .object("Status"),
            audit: .nothing(.open),
            run: .now { call throws(CommandError) in try GetStatus.readiness(call.context) }
        ),
        Route(
            .get,
            "/openapi.json",
            "getOpenAPI",
            "Answers this document.",
            access: .anyone,
            answer: .object("OpenAPI"),
            audit: .nothing(.open),
            run: .now { call throws(CommandError) in
                CommandAnswer(
                    body: .bytes(OpenAPIDocument.text, mediaType: "application/json"),
                    revision: call.context.services.revision
                )
            }
        ),
        Route(
            .get,
            "/metrics",
            "getMetrics",
            "Answers the server's metrics in the Prometheus text format.",
            access: .action(.metricsRead),
            answer: .text("text/plain; version=0.0.4; charset=utf-8"),
            // Thousands of lines, once in a while: not on an event loop.
            audit: .nothing(.reads),
            run: .later { call async throws(CommandError) in
                CommandAnswer(
                    body: .bytes(
                        Array(call.context.services.metricsText().utf8),
                        mediaType: "text/plain; version=0.0.4; charset=utf-8"
                    ),
                    revision: call.context.services.revision
                )
            }
        ),
        Route(
            .get,
            "/v1/tenants",
            "listTenants",
            "Lists the tenants.",
            access: .action(.tenantsList),
            answer: .page("Tenant"),
            audit: .nothing(.reads),
            run: .now { call throws(CommandError) in
                try ListTenants(page: call.page()).run(call.context)
            }
        ),
    ]
}
