import Model

/// The tenant that a call names.
enum TenantArgument {
    /// The path of its resources; nil when the call names none.
    static func path(_ call: Command.Call) throws(CommandFailure) -> String? {
        guard let text = call.arguments.value(of: "--tenant") else { return nil }
        guard let tenant = TenantID(text) else {
            throw .usage("--tenant: must be \(IdentifierRule.words)")
        }
        return "/v1/tenants/\(tenant.text)"
    }

    /// The path of its resources, which the call must name.
    static func required(_ call: Command.Call) throws(CommandFailure) -> String {
        guard let path = try path(call) else { throw .usage("--tenant TENANT says whose") }
        return path
    }
}
