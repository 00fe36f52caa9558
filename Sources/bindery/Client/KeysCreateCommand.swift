import JSON
import Model

/// `bindery keys create`: makes an API key.
enum KeysCreateCommand {
    static let command = Command(
        "keys create",
        summary: "makes an API key on a server",
        details:
            "Makes an API key on a running server and prints the server's answer. The key itself "
            + "is in it, this one time. The key to call with comes from a variable or a file, "
            + "never from a flag, which others could see.",
        flags: ServerAccess.flags + [
            CommandFlag(
                "--tenant",
                "TENANT",
                help: "The tenant whose key it will be; without it, a key of the platform."
            ),
            CommandFlag(
                "--role",
                "ROLE",
                isRepeatable: true,
                help: "What it is for: " + Role.allCases.map(\.rawValue).joined(separator: ", ")
                    + "."
            ),
            CommandFlag(
                "--environment",
                "NAME",
                isRepeatable: true,
                help: "An environment in which it may act, or * for all; without any, none."
            ),
            CommandFlag(
                "--workflow",
                "PATTERN",
                isRepeatable: true,
                help: "A pattern of the workflows that it may act as; without any, none."
            ),
            CommandFlag("--expires-at", "TIME", help: "When it ends, as RFC 3339 writes it."),
            CommandFlag("--name", "TEXT", help: "What it is called."),
            CommandFlag("--key-only", help: "Prints the new key alone, for a script."),
        ]
    ) { (call) async throws(CommandFailure) in
        try await run(call)
    }

    private static func run(_ call: Command.Call) async throws(CommandFailure) {
        let body = try body(call.arguments)
        let path = try path(call.arguments)
        let json = try await ServerAccess(call).ask("POST", path, body)
        if call.arguments.isGiven("--key-only") {
            guard let made = json["key"]?.string else {
                throw .failed("the server's answer holds no key")
            }
            return call.console.answer(made)
        }
        call.console.show(json)
    }

    private static func path(_ arguments: CommandArguments) throws(CommandFailure) -> String {
        guard let text = arguments.value(of: "--tenant") else { return "/v1/keys" }
        guard let tenant = TenantID(text) else {
            throw .usage("--tenant: must be \(IdentifierRule.words)")
        }
        return "/v1/tenants/\(tenant.text)/keys"
    }

    /// The request; what the server would refuse for its form is refused here, by its flag.
    static func body(_ arguments: CommandArguments) throws(CommandFailure) -> JSONValue {
        let roles = arguments.values(of: "--role")
        guard !roles.isEmpty else { throw .usage("--role is needed, at least once") }
        for role in roles where Role(rawValue: role) == nil {
            let all = Role.allCases.map(\.rawValue)
            let nearest = Spelling.nearest(to: role, in: all).map { " (did you mean \($0)?)" } ?? ""
            throw .usage("--role: must be one of " + all.joined(separator: ", ") + nearest)
        }
        let environments = arguments.values(of: "--environment")
        for name in environments where name != "*" && EnvironmentName(name) == nil {
            throw .usage("--environment: must be * or \(IdentifierRule.words)")
        }
        let workflows = arguments.values(of: "--workflow")
        for pattern in workflows where Pattern(pattern) == nil {
            throw .usage("--workflow: must be \(Pattern.words)")
        }
        var body: JSONObject = [
            "roles": .array(roles.map { .string($0) }),
            "environments": .array(environments.map { .string($0) }),
            "workflows": .array(workflows.map { .string($0) }),
        ]
        if let time = arguments.value(of: "--expires-at") {
            guard Timestamp(time) != nil else {
                throw .usage("--expires-at: must be a time such as 2030-01-31T12:00:00Z")
            }
            body["expiresAt"] = .string(time)
        }
        body["name"] = arguments.value(of: "--name").map { .string($0) }
        return .object(body)
    }
}
