import Commands
import HTTPWire
import Policy

extension Routes {
    /// OpenID AuthZEN Authorization API 1.0.
    static let authZEN: [Route] = [
        Route(
            .post,
            "/access/v1/evaluation",
            "evaluateAccess",
            "Answers whether a subject may do an action on a resource (AuthZEN).",
            access: .action(.evaluate),
            environments: .subject,
            workflows: .runtime,
            body: .lenientJSON("AccessEvaluation"),
            answer: .object("AccessDecision"),
            isPure: true,
            audit: .decisions(["access.evaluate"]),
            run: .now { call throws(CommandError) in
                try EvaluateAccess(body: call.json).run(call.context)
            }
        ),
        question(
            "evaluations",
            "evaluateAccessBatch",
            "Answers many such questions in their order (AuthZEN).",
            body: "AccessEvaluations",
            answer: "AccessDecisions",
            audit: .decisions(["access.evaluate"])
        ) { call throws(CommandError) in
            try EvaluateAccessBatch(body: call.json).run(call.context)
        },
        question(
            "search/subject",
            "searchSubjects",
            "Answers who may do an action on a resource (AuthZEN).",
            body: "SubjectSearch",
            answer: "SubjectResults",
            environments: .listed,
            workflows: .listed,
            audit: .nothing(.computes)
        ) { call throws(CommandError) in try SearchSubjects(body: call.json).run(call.context) },
        question(
            "search/resource",
            "searchResources",
            "Answers on which resources a subject may do an action (AuthZEN).",
            body: "ResourceSearch",
            answer: "ResourceResults",
            audit: .nothing(.computes)
        ) { call throws(CommandError) in try SearchResources(body: call.json).run(call.context) },
        question(
            "search/action",
            "searchActions",
            "Answers what a subject may do on a resource (AuthZEN).",
            body: "ActionSearch",
            answer: "ActionResults",
            audit: .nothing(.computes)
        ) { call throws(CommandError) in try SearchActions(body: call.json).run(call.context) },
        Route(
            .get,
            "/.well-known/authzen-configuration",
            "getAccessConfiguration",
            "Answers where the AuthZEN endpoints are.",
            access: .anyone,
            answer: .object("AccessConfiguration"),
            audit: .nothing(.open),
            run: .now { call throws(CommandError) in
                GetAccessConfiguration(origin: call.origin ?? "").run(call.context)
            }
        ),
    ]

    /// A question that may take long to answer, and so is answered in a task.
    private static func question(
        _ path: String,
        _ name: String,
        _ summary: String,
        body: String,
        answer: String,
        environments: Route.EnvironmentReach = .subject,
        workflows: Route.WorkflowReach = .runtime,
        audit: RouteAudit,
        _ run: @escaping @Sendable (RouteCall) throws(CommandError) -> CommandAnswer
    ) -> Route {
        Route(
            .post,
            "/access/v1/\(path)",
            name,
            summary,
            access: .action(.evaluate),
            environments: environments,
            workflows: workflows,
            body: .lenientJSON(body),
            answer: .object(answer),
            isQuestion: true,
            audit: audit,
            run: .later { call async throws(CommandError) in try run(call) }
        )
    }
}
