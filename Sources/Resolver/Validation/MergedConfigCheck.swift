import JSON
public import Model

/// What the schemas of integrations say of that which calls are made with, binding by binding.
public enum MergedConfigCheck {
    /// The errors that a report has at those bindings of a config whose connections are among `ids`.
    ///
    /// It is what a write of these connections can break, and costs no more than their bindings.
    ///
    /// - Parameters:
    ///   - bindings: The bindings to look at, by their places in the config.
    ///   - connection: A connection of the tenant.
    ///   - spec: A registered integration.
    /// - Returns: The errors, in the order of the bindings.
    public static func errors(
        of bindings: [(index: Int, binding: Binding)],
        connection: (ConnectionID) -> Connection?,
        spec: (SpecID) -> IntegrationSpec?
    ) -> [Issue] {
        var errors: [Issue] = []
        var plain: Set<ConnectionID> = []
        var lowers: [ConnectionID: JSONObject] = [:]
        for (index, binding) in bindings {
            guard let connection = connection(binding.connection),
                let schema = spec(connection.spec)?.configSchema
            else { continue }
            guard binding.config != nil || plain.insert(connection.id).inserted else { continue }
            let lower = lowers[connection.id] ?? connection.config
            lowers[connection.id] = lower
            errors += self.errors(of: binding, at: index, connection: lower, schema)
        }
        return errors
    }

    /// The errors of one binding.
    static func errors(
        of binding: Binding,
        at index: Int,
        connection lower: JSONObject,
        _ schema: Schema?
    ) -> [Issue] {
        let merged = MergedConfig(schema: schema, connection: lower, binding: binding.config)
        return merged.violations(of: schema)
            .map { violation in
                let isOfConnection =
                    JSONValue.object(binding.config ?? [:]).at(violation.pointer) == nil
                    && JSONValue.object(lower).at(violation.pointer) != nil
                return error(violation, index, binding.connection, isOfConnection)
            }
    }

    /// What the connection says wrongly is reported at its name; everything else, members that
    /// nobody gives included, where the binding can give it.
    private static func error(
        _ violation: SchemaViolation,
        _ index: Int,
        _ connection: ConnectionID,
        _ isOfConnection: Bool
    ) -> Issue {
        let place = ReportRun.place(index)
        guard !isOfConnection else {
            return Issue(
                .configSchemaViolation,
                at: place.appending("connectionId"),
                "the connection's config, at \(violation.pointer.text): \(violation.detail)",
                suggestion: "change the config of \(connection.text), or override it here in config"
            )
        }
        var pointer = place.appending("config")
        for token in violation.pointer.tokens { pointer = pointer.appending(token) }
        return Issue(
            .configSchemaViolation,
            at: pointer,
            "the merged config breaks the integration's schema: \(violation.detail)",
            suggestion: "give a value that the schema allows, here or in the connection's config"
        )
    }
}
