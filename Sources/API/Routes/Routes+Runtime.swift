import Audit
import Commands
import HTTPWire
import Policy

extension Routes {
    private static let line = "/v1/tenants/{tenant}/configs/{blueprint}/{env}"

    private static func resolve(_ call: RouteCall) throws(CommandError) -> ResolveConfig {
        ResolveConfig(
            target: try call.line(),
            workflow: call.query["workflow"],
            workflowHeader: call.workflowHeader,
            stage: call.query["stage"],
            past: past(call)
        )
    }

    private static func past(_ call: RouteCall) -> PastMoment? {
        PastMoment(revision: call.query["atRevision"], time: call.query["at"])
    }

    private static func explain(_ call: RouteCall) throws(CommandError) -> ExplainBinding {
        ExplainBinding(
            target: try call.line(),
            body: call.json,
            workflowHeader: call.workflowHeader,
            past: past(call)
        )
    }

    private static func reachFilter(_ call: RouteCall) -> ReachFilter {
        ReachFilter(blueprint: call.query["blueprint"], environment: call.query["environment"])
    }

    /// Who can use what, asked from the other side.
    static let reach: [Route] = [
        Route(
            .get,
            "/v1/tenants/{tenant}/workflows/{workflow}/reach",
            "getWorkflowReach",
            "Lists what a workflow may use in the live configs.",
            access: .action(.explain),
            environments: .listed,
            workflows: .runtime,
            query: ["blueprint", "environment"],
            answer: .page("WorkflowReach"),
            audit: .nothing(.reads),
            run: .later { call async throws(CommandError) in
                try GetWorkflowReach(
                    scope: call.tenant,
                    workflow: call.name("workflow"),
                    filter: reachFilter(call),
                    page: call.page()
                )
                .run(call.context)
            }
        ),
        Route(
            .get,
            "/v1/tenants/{tenant}/operations/{operation}/reach",
            "getOperationReach",
            "Lists who may use an operation in the live configs.",
            access: .action(.connectionsRead),
            environments: .listed,
            query: ["blueprint", "environment"],
            answer: .page("OperationReach"),
            audit: .nothing(.reads),
            run: .later { call async throws(CommandError) in
                try GetOperationReach(
                    scope: call.tenant,
                    operation: call.name("operation"),
                    filter: reachFilter(call),
                    page: call.page()
                )
                .run(call.context)
            }
        ),
    ]

    static let runtime: [Route] = [
        Route(
            .get,
            line + "/resolved",
            "resolveConfig",
            "Answers what each capability resolves to.",
            access: .action(.resolve),
            workflows: .runtime,
            query: ["workflow", "stage", "atRevision", "at"],
            answer: .object("ResolvedAppConfig"),
            isPure: true,
            audit: .nothing(.reads),
            run: .either(
                isLater: { past($0) != nil },
                now: { call throws(CommandError) in try resolve(call).run(call.context) },
                later: { call async throws(CommandError) in
                    try await resolve(call).runPast(call.context)
                }
            )
        ),
        Route(
            .post,
            line + "/explain",
            "explainBinding",
            "Answers every candidate of a capability or operation, and why.",
            access: .action(.explain),
            workflows: .runtime,
            query: ["atRevision", "at"],
            body: .json("Explain"),
            answer: .object("Explanation"),
            isPure: true,
            audit: .decisions(["binding.explain"]),
            run: .either(
                isLater: { past($0) != nil },
                now: { call throws(CommandError) in try explain(call).run(call.context) },
                later: { call async throws(CommandError) in
                    try await explain(call).runPast(call.context)
                }
            )
        ),
        Route(
            .post,
            line + "/simulate",
            "simulateChanges",
            "Answers what changes would do to calls; nothing is written.",
            access: .action(.simulate),
            body: .json("Simulation"),
            answer: .object("SimulationResult"),
            isQuestion: true,
            audit: .nothing(.computes),
            run: .later { call async throws(CommandError) in
                try await SimulateChanges(target: call.line(), body: call.json)
                    .run(call.context)
            }
        ),
        Route(
            .post,
            line + "/capabilities/{capability}/execute",
            "executeCapability",
            "Calls the provider that the capability resolves to.",
            access: .action(.execute),
            workflows: .caller,
            body: .json("Execution"),
            answer: .object("ExecutionResult"),
            claimsDurably: true,
            audit: .records(.call, ["capability.execute"]),
            run: .later { call async throws(CommandError) in
                try await ExecuteCapability(
                    target: call.line(),
                    capability: call.name("capability"),
                    body: call.json,
                    workflowHeader: call.workflowHeader
                )
                .run(call.context)
            }
        ),
    ]
}
