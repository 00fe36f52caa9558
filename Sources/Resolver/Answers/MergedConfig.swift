public import JSON
public import Model

/// What a call is made with: the defaults of the spec's schema, over them the connection's config,
/// over that the binding's; later wins, objects merge by member (API section 5).
public struct MergedConfig: Sendable, Hashable {
    /// The whole.
    public let object: JSONObject

    /// Merges the three.
    public init(schema: Schema?, connection: JSONObject, binding: JSONObject?) {
        let given = JSONMerge.merge(connection, binding ?? [:])
        guard let schema else {
            object = given
            return
        }
        // Once more at the end: an object that was given may lack members that have defaults.
        object = schema.applyingDefaults(to: JSONMerge.merge(schema.defaults, given))
    }

    /// What a connection is configured with by itself, outside of any binding.
    public init(_ connection: Connection, _ spec: IntegrationSpec) {
        self.init(schema: spec.configSchema, connection: connection.config, binding: nil)
    }

    /// What the candidate's call is made with; nil when its connection or spec is missing.
    public init?(_ candidate: Candidate) {
        guard let connection = candidate.connection, let spec = candidate.spec else { return nil }
        self.init(
            schema: spec.configSchema,
            connection: connection.config,
            binding: candidate.binding.config
        )
    }

    /// How it breaks the schema; pointers are within the merged object.
    public func violations(of schema: Schema?) -> [SchemaViolation] {
        schema?.check(.object(object)) ?? []
    }
}
