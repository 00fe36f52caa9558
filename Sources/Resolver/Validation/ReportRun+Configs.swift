import JSON
import Model

extension ReportRun {
    /// The merged config of each binding, and secrets in its own part.
    mutating func checkConfigs() {
        var own: [Int: JSONObject] = [:]
        var checked: Set<Int> = []
        for (index, binding) in table.config.bindings.enumerated() {
            guard let spec = spec(index), let connection = connection(index).observed?.connection
            else { continue }
            if let config = binding.config { scan(config, index, spec) }
            let place = table.bindings[index].connection
            // Bindings without a part of their own run with what the connection says: once is enough.
            guard binding.config != nil || checked.insert(place).inserted else { continue }
            let lower = own[place] ?? connection.config
            own[place] = lower
            check(index, binding, lower, spec)
        }
    }

    private mutating func scan(_ config: JSONObject, _ index: Int, _ spec: IntegrationSpec) {
        let found = IssueList()
        SecretScan.scan(
            .object(config),
            at: Self.place(index).appending("config"),
            secretFields: spec.secretFields,
            issues: found
        )
        for issue in found.issues { draft.add(issue) }
    }

    private mutating func check(
        _ index: Int,
        _ binding: Binding,
        _ lower: JSONObject,
        _ spec: IntegrationSpec
    ) {
        let schema = spec.configSchema
        let merged = MergedConfig(schema: schema, connection: lower, binding: binding.config)
        for violation in merged.violations(of: schema) {
            let isOfConnection =
                JSONValue.object(binding.config ?? [:]).at(violation.pointer) == nil
                && JSONValue.object(lower).at(violation.pointer) != nil
            report(violation, index, binding.connection, isOfConnection)
        }
    }

    /// What the connection says wrongly is reported at its name; everything else, members that
    /// nobody gives included, where the binding can give it.
    private mutating func report(
        _ violation: SchemaViolation,
        _ index: Int,
        _ connection: ConnectionID,
        _ isOfConnection: Bool
    ) {
        let place = Self.place(index)
        guard !isOfConnection else {
            draft.add(
                .error,
                .configSchemaViolation,
                at: place.appending("connectionId"),
                "the connection's config, at \(violation.pointer.text): \(violation.detail)",
                suggestion: "change the config of \(connection.text), or override it here in config"
            )
            return
        }
        var pointer = place.appending("config")
        for token in violation.pointer.tokens { pointer = pointer.appending(token) }
        draft.add(
            .error,
            .configSchemaViolation,
            at: pointer,
            "the merged config breaks the integration's schema: \(violation.detail)",
            suggestion: "give a value that the schema allows, here or in the connection's config"
        )
    }
}
