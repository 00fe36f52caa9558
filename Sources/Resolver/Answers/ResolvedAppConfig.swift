public import JSON
public import Model

/// What an app runs with: who serves each capability, workflows, branding, and what is missing
/// (API section 5; the seed's step 4).
public struct ResolvedAppConfig {
    private let table: BindingTable
    private let workflow: WorkflowName?
    private let isOpen: BreakerCheck
    private let provider: (IntegrationSpec) -> JSONValue
    private let connection: (Connection) -> JSONValue

    /// A resolved config.
    ///
    /// - Parameters:
    ///   - table: The live config.
    ///   - workflow: The workflow; nil for one that every scope with entries admits.
    ///   - isOpen: Whether the circuit breaker of a connection is open.
    ///   - provider: A spec as the API writes it.
    ///   - connection: A connection as the API writes it, with its server-owned members.
    public init(
        _ table: BindingTable,
        workflow: WorkflowName?,
        isOpen: @escaping BreakerCheck = { _, _ in false },
        provider: @escaping (IntegrationSpec) -> JSONValue,
        connection: @escaping (Connection) -> JSONValue
    ) {
        self.table = table
        self.workflow = workflow
        self.isOpen = isOpen
        self.provider = provider
        self.connection = connection
    }

    /// The answer, without the revision.
    ///
    /// Only capabilities that somebody serves stand in it.
    public var json: JSONObject {
        let blueprint = table.blueprint.document.object
        let branding = Branding.merge(blueprint["branding"]?.object, table.config.branding)
        return [
            "tenantId": .string(table.config.tenant.text),
            "appId": table.blueprint.appID.map { .string($0.text) } ?? .null,
            "environment": .string(table.config.environment.text),
            "blueprint": .object([
                "name": .string(table.blueprint.id.name.text),
                "version": table.blueprint.id.version.json,
            ]),
            "configVersion": .integer(Int64(table.versionNumber)),
            "integrations": .object(integrations),
            "workflows": blueprint["workflows"] ?? .object([:]),
            "branding": .object(branding),
            "missing": .array(
                table.missingSlots.map {
                    .object([
                        "type": .string("integrationSlot"), "identifier": .string($0.text),
                    ])
                }
            ),
        ]
    }

    private var integrations: JSONObject {
        // A binding often serves many capabilities; its documents are read once.
        var shared: [Int: JSONObject] = [:]
        var object = JSONObject()
        for capability in table.capabilities {
            let resolution = table.resolve(
                capability: capability,
                workflow: workflow,
                listing: .admitted,
                isOpen: isOpen
            )
            guard let resolution, let winner = resolution.winner else { continue }
            object[capability.text] = entry(winner, resolution.fallbacks, &shared)
        }
        return object
    }

    private func entry(
        _ winner: Candidate,
        _ fallbacks: [ConnectionID],
        _ known: inout [Int: JSONObject]
    ) -> JSONValue? {
        guard var object = known[winner.bindingIndex] ?? shared(winner) else { return nil }
        known[winner.bindingIndex] = object
        object["operation"] = winner.operation.map { .string($0.text) } ?? .null
        object["scope"] = winner.scope.json
        object["priority"] = winner.priority.map { .integer(Int64($0)) } ?? .null
        object["fallbacks"] = .array(fallbacks.map { .string($0.text) })
        return .object(object)
    }

    /// What a binding's entries have in common.
    private func shared(_ winner: Candidate) -> JSONObject? {
        guard let spec = winner.spec, let bound = winner.connection,
            let config = MergedConfig(winner)
        else { return nil }
        return [
            "slotId": .string(winner.slot.text),
            "provider": provider(spec),
            "connection": connection(bound),
            "config": .object(config.object),
        ]
    }
}

extension Scope {
    /// The scope as the API writes it: an absent list stays absent.
    var json: JSONValue {
        var object = JSONObject()
        object["workflows"] = workflows.map { .array($0.map { .string($0.text) }) }
        object["operations"] = operations.map { .array($0.map { .string($0.text) }) }
        return .object(object)
    }
}
