import Commands
import HTTPWire
import JSON
import Policy

extension Routes {
    private static let policyPath = "/v1/tenants/{tenant}/approval-policy"
    private static let path = "/v1/tenants/{tenant}/change-requests"

    /// How many eyes a config needs before it goes live, and what they said.
    static let approvals: [Route] = approvalPolicy + changeRequests + changeRequestMoves

    private static let approvalPolicy: [Route] = [
        Route(
            .get,
            policyPath,
            "getApprovalPolicy",
            "Answers how many approvals a tenant's environments ask for.",
            access: .action(.approvalsRead),
            answer: .object("ApprovalPolicy"),
            audit: .nothing(.reads),
            run: .now { call throws(CommandError) in
                try GetApprovalPolicy(scope: call.tenant).run(call.context)
            }
        ),
        Route(
            .put,
            policyPath,
            "putApprovalPolicy",
            "Says how many approvals a tenant's environments ask for.",
            access: .action(.approvalsWrite),
            environments: .object,
            body: .json("ApprovalPolicy"),
            answer: .created("ApprovalPolicy"),
            audit: .change("approvalPolicy.put"),
            run: .later { call async throws(CommandError) in
                try await PutApprovalPolicy(scope: call.tenant, body: call.json).run(call.context)
            }
        ),
        Route(
            .delete,
            policyPath,
            "deleteApprovalPolicy",
            "Lets a tenant's environments ask for no approvals.",
            access: .action(.approvalsWrite),
            environments: .all,
            query: ["reason"],
            answer: .nothing,
            audit: .change("approvalPolicy.delete"),
            run: .later { call async throws(CommandError) in
                try await DeleteApprovalPolicy(scope: call.tenant, reason: call.query["reason"])
                    .run(call.context)
            }
        ),
    ]

    private static let changeRequests: [Route] = [
        Route(
            .get,
            path,
            "listChangeRequests",
            "Lists a tenant's change requests, the newest first.",
            access: .action(.changeRequestsRead),
            environments: .listed,
            query: ListChangeRequests.parameters,
            answer: .page("ChangeRequest"),
            audit: .nothing(.reads),
            run: .now { call throws(CommandError) in
                var filters: [String: String] = [:]
                for name in ListChangeRequests.parameters { filters[name] = call.query[name] }
                return try ListChangeRequests(
                    scope: call.tenant,
                    filters: filters,
                    page: call.page()
                )
                .run(call.context)
            }
        ),
        Route(
            .post,
            path,
            "createChangeRequest",
            "Makes a request that a version of a config goes live; a draft at first.",
            access: .action(.changeRequestsWrite),
            environments: .object,
            body: .json("NewChangeRequest"),
            answer: .created("ChangeRequest"),
            audit: .change("changeRequest.create"),
            run: .later { call async throws(CommandError) in
                try await CreateChangeRequest(scope: call.tenant, body: call.json)
                    .run(call.context)
            }
        ),
        Route(
            .get,
            path + "/{id}",
            "getChangeRequest",
            "Answers a change request, and how it stands.",
            access: .action(.changeRequestsRead),
            environments: .object,
            answer: .object("ChangeRequest"),
            audit: .nothing(.reads),
            run: .now { call throws(CommandError) in
                try GetChangeRequest(scope: call.tenant, id: call.name("id")).run(call.context)
            }
        ),
    ]

    private static let changeRequestMoves: [Route] = [
        move(.submit, "Asks for approvals of the content as it is, on what is published now."),
        move(
            .approve,
            "Says yes to what was submitted; not for its author.",
            body: .json("Approval")
        ),
        move(.reject, "Says no to what was submitted, and why.", body: .json("Rejection")),
        move(
            .schedule,
            "Gives an approved change request its time; null takes it away.",
            body: .optionalJSON("Schedule")
        ),
        move(.cancel, "Gives a change request up."),
        Route(
            .post,
            path + "/{id}/apply",
            "applyChangeRequest",
            "Takes the version of an approved change request live, through every gate.",
            access: .action(.changeRequestsWrite),
            environments: .object,
            body: .optionalJSON("Comment"),
            answer: .object("ChangeRequest"),
            audit: .change("changeRequest.apply", "config.publish", "config.rollback"),
            run: .later { call async throws(CommandError) in
                try await ApplyChangeRequest(
                    scope: call.tenant,
                    id: call.name("id"),
                    body: call.body
                )
                .run(call.context)
            }
        ),
    ]

    private static func move(
        _ move: MoveChangeRequest.Move,
        _ summary: String,
        body: Route.Body = .optionalJSON("Comment")
    ) -> Route {
        Route(
            .post,
            "\(path)/{id}/\(move.rawValue)",
            "\(move.rawValue)ChangeRequest",
            summary,
            access: .action(.changeRequestsWrite),
            environments: .object,
            body: body,
            answer: .object("ChangeRequest"),
            audit: .change("changeRequest.\(move.rawValue)"),
            run: .later { call async throws(CommandError) in
                try await MoveChangeRequest(
                    scope: call.tenant,
                    id: call.name("id"),
                    move: move,
                    body: call.body
                )
                .run(call.context)
            }
        )
    }
}
