import Commands
import HTTPWire
import Policy

extension Routes {
    private static let line = "/v1/tenants/{tenant}/configs/{blueprint}/{env}"

    static let runtime: [Route] = [
        Route(
            .get,
            line + "/resolved",
            "resolveConfig",
            "Answers what each capability resolves to.",
            access: .action(.resolve),
            query: ["workflow", "stage"],
            answer: .object("ResolvedAppConfig"),
            isPure: true,
            run: .now { call throws(CommandError) in
                try ResolveConfig(
                    target: call.line(),
                    workflow: call.query["workflow"],
                    workflowHeader: call.workflowHeader,
                    stage: call.query["stage"]
                )
                .run(call.context)
            }
        ),
        Route(
            .post,
            line + "/explain",
            "explainBinding",
            "Answers every candidate of a capability or operation, and why.",
            access: .action(.explain),
            body: .json("Explain"),
            answer: .object("Explanation"),
            isPure: true,
            run: .now { call throws(CommandError) in
                try ExplainBinding(
                    target: call.line(),
                    body: call.json,
                    workflowHeader: call.workflowHeader
                )
                .run(call.context)
            }
        ),
        Route(
            .post,
            line + "/capabilities/{capability}/execute",
            "executeCapability",
            "Calls the provider that the capability resolves to.",
            access: .action(.execute),
            body: .json("Execution"),
            answer: .object("ExecutionResult"),
            claimsDurably: true,
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
