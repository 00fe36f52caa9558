/// `bindery versions`: reads the versions of a config.
enum VersionsCommand {
    static let command = Command(
        "versions",
        summary: "reads the versions of a config",
        details: "Reads the versions of a tenant's config for a blueprint in an environment.",
        operand: "BLUEPRINT/ENVIRONMENT",
        flags: [LineArgument.tenantFlag, ListFlags.limit, ListFlags.json] + ServerAccess.flags
    ) { (call) async throws(CommandFailure) in
        let line = try LineArgument(call)
        let columns = ObjectCatalog.versions.columns
        try await ListFlags.show(line.path + "/versions", columns, QueryText(), call)
    }
}
