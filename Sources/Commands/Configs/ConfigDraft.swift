import JSON
import Ledger
import Model

/// Reads and stores drafts.
enum ConfigDraft {
    /// Reads a body as a config of the line.
    ///
    /// Refused is only what is malformed; what else is wrong stands in the report (API section 10).
    ///
    /// The blueprint's version for a body that names none is `version`, else the highest.
    static func read(
        _ body: JSONValue,
        _ target: ConfigScope,
        _ state: State,
        version: ObjectVersion?
    ) throws(CommandError) -> TenantAppConfig {
        let config: TenantAppConfig
        do {
            config = try TenantAppConfig(
                body,
                tenant: target.scope.tenant,
                line: target.line,
                latestVersion: { version ?? state.catalog.latestVersion(of: $0) }
            )
        } catch {
            throw .invalid(error)
        }
        try checkBlueprint(config.blueprint, state)
        try checkSecrets(config, target.scope.read(state), state)
        return config
    }

    private static func checkBlueprint(
        _ id: BlueprintID,
        _ state: State
    ) throws(CommandError) {
        guard state.catalog.blueprints[id] == nil else { return }
        let versions = state.catalog.blueprints.keys.filter { $0.name == id.name }
            .map(\.version).sorted().suffix(10).map(\.text)
        throw .invalid(
            .blueprintNotFound,
            at: .root.appending("meta").appending("blueprintVersion"),
            "there is no blueprint \(id.name.text) in version \(id.version.text)",
            suggestion: versions.isEmpty ? nil : "use one of \(versions.joined(separator: ", "))"
        )
    }

    /// A binding's config may not hold a member that is a field of the integration's secret.
    private static func checkSecrets(
        _ config: TenantAppConfig,
        _ tenant: TenantState,
        _ state: State
    ) throws(CommandError) {
        let issues = IssueList()
        let place = JSONPointer.root.appending("integrations")
        for (index, binding) in config.bindings.enumerated() {
            guard let own = binding.config, !own.isEmpty,
                let connection = tenant.connections[binding.connection]?.value,
                let spec = state.catalog.specs[connection.spec]?.value
            else { continue }
            SecretScan.scan(
                .object(own),
                at: place.appending(index).appending("config"),
                secretFields: spec.secretFields,
                issues: issues
            )
        }
        if issues.hasErrors { throw .invalid(issues.issues) }
    }

    /// The plan that adds a version to its line.
    static func adding(
        _ version: ConfigVersion,
        to target: ConfigScope,
        _ stamp: Ledger.Stamp,
        actor: String,
        reason: String?
    ) -> Ledger.Plan<Written> {
        let stored = Stored(
            version,
            revision: stamp.revision,
            createdAt: stamp.now,
            updatedAt: stamp.now
        )
        let step = ConfigTransition(
            version: version.number,
            from: nil,
            to: version.status,
            actor: actor,
            at: stamp.now,
            reason: reason
        )
        let written = Written(
            kind: .created,
            object: stored.json,
            revision: stored.revision,
            location: target.path(of: version.number)
        )
        let changes: [Change] = [
            .putConfigVersion(stored), .addTransition(target.scope.tenant, target.line, step),
        ]
        return Ledger.Plan(changes, answer: written)
    }

    /// The next number of the line.
    ///
    /// - Throws: `TOO_MANY_VERSIONS`.
    static func nextNumber(_ line: ConfigLine) throws(CommandError) -> Int {
        guard line.versions.count < ConfigLine.versionCountMax else {
            throw CommandError(
                .conflict,
                "TOO_MANY_VERSIONS",
                "The config has \(ConfigLine.versionCountMax) versions: delete drafts first."
            )
        }
        return line.lastNumber + 1
    }

    /// The draft, which must be one.
    ///
    /// - Throws: `VERSION_IMMUTABLE`.
    static func checkDraft(_ version: Stored<ConfigVersion>) throws(CommandError) {
        guard version.value.status != .draft else { return }
        throw CommandError(
            .conflict,
            "VERSION_IMMUTABLE",
            "The version is \(version.value.status.rawValue), and only drafts change."
        )
    }
}
