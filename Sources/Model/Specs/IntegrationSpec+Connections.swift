import JSON

extension IntegrationSpec {
    /// Reports what a connection of the integration has and may not have: its mode, secrets in its
    /// config, and what the `configSchema` refuses.
    ///
    /// What is required may come with a binding, so that only the merged config is asked for it.
    public func check(_ connection: Connection, _ issues: IssueList) {
        if !supportedModes.contains(connection.mode) {
            let modes = supportedModes.map(\.rawValue).joined(separator: ", ")
            issues.error(
                .unsupportedOwnershipMode,
                at: .root.appending("ownershipMode"),
                "the integration supports \(modes.isEmpty ? "no mode" : modes)",
                suggestion: supportedModes.first.map { "use \($0.rawValue)" }
                    ?? "use another version of the integration, which supports a mode"
            )
        }
        let place = JSONPointer.root.appending("config")
        let config = JSONValue.object(connection.config)
        SecretScan.scan(config, at: place, secretFields: secretFields, issues: issues)
        for violation in configSchema?.check(config, at: place, ignoringRequired: true) ?? [] {
            issues.error(
                .configSchemaViolation,
                at: violation.pointer,
                violation.detail,
                suggestion: "give what the configSchema of \(id.key.text) allows, or leave the"
                    + " member to the bindings"
            )
        }
    }
}
