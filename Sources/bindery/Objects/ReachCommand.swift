import Model

/// `bindery reach`: who can use what in a tenant's live configs.
enum ReachCommand {
    static let command = Command(
        "reach",
        summary: "tells who can use what in the live configs",
        details:
            "Lists what a workflow may use, who may use an operation, or who can reach a connection, in "
            + "the live configs of a tenant. Prints JSON; on a terminal a table.",
        flags: [
            CommandFlag("--tenant", "TENANT", help: "The tenant whose configs are looked at."),
            CommandFlag("--workflow", "WORKFLOW", help: "What this workflow may use."),
            CommandFlag("--operation", "OPERATION", help: "Who may use this operation."),
            CommandFlag("--connection", "ID", help: "Who can reach this connection."),
            CommandFlag("--blueprint", "NAME", help: "In configs of this blueprint only."),
            CommandFlag("--environment", "NAME", help: "In configs of this environment only."),
            ListFlags.limit, ListFlags.json,
        ] + ServerAccess.flags
    ) { (call) async throws(CommandFailure) in
        try await run(call)
    }

    /// What can be asked about.
    private struct Subject {
        let flag: String
        /// Its place on a server.
        let place: String
        /// The columns of its list, behind those that tell the config.
        let columns: [(heading: String, pointer: String)]
    }

    private static let subjects = [
        Subject(
            flag: "--workflow",
            place: "workflows",
            columns: [
                ("CAPABILITY", "/capability"), ("SLOT", "/slotId"),
                ("CONNECTION", "/connectionId"), ("OUTCOME", "/outcome"),
            ]
        ),
        Subject(
            flag: "--operation",
            place: "operations",
            columns: [
                ("SLOT", "/slotId"), ("CONNECTION", "/connectionId"), ("SCOPE", "/workflows"),
                ("PERMITTED", "/permittedWorkflows"),
            ]
        ),
        Subject(
            flag: "--connection",
            place: "connections",
            columns: [
                ("SLOT", "/slotId"), ("SCOPE", "/workflows"), ("CAPABILITIES", "/capabilities"),
            ]
        ),
    ]

    private static let config = [
        ("BLUEPRINT", "/blueprint"), ("ENVIRONMENT", "/environment"), ("VERSION", "/version"),
    ]

    private static func run(_ call: Command.Call) async throws(CommandFailure) {
        let tenant = try TenantArgument.required(call)
        let given = subjects.filter { call.arguments.value(of: $0.flag) != nil }
        guard given.count == 1, let id = call.arguments.value(of: given[0].flag) else {
            throw .usage("reach: one of --workflow, --operation and --connection says about what")
        }
        let subject = given[0]
        guard IdentifierRule.isIdentifier(id.utf8) else {
            throw .usage("\(subject.flag): must be \(IdentifierRule.words)")
        }
        var query = QueryText()
        for filter in ["blueprint", "environment"] {
            guard let value = call.arguments.value(of: "--\(filter)") else { continue }
            guard subject.flag != "--connection" else {
                throw .usage("--\(filter): a connection's reach is not filtered")
            }
            query.add(filter, value)
        }
        let columns = (config + subject.columns).map { ObjectCatalog.Column($0.0, $0.1) }
        let path = "\(tenant)/\(subject.place)/\(id)/reach"
        try await ListFlags.show(path, columns, query, call)
    }
}
