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
        let config = try parse(body, target.scope, line: target.line, state, version: version)
        try check(config, target.scope, state)
        return config
    }

    /// Reads what a body says by itself; without a `line` from the path its own counts.
    static func parse(
        _ body: JSONValue,
        _ scope: TenantScope,
        line: ConfigLineID?,
        _ state: State,
        version: ObjectVersion?
    ) throws(CommandError) -> TenantAppConfig {
        let config: TenantAppConfig
        do {
            config = try TenantAppConfig(
                body,
                tenant: scope.tenant,
                line: line,
                latestVersion: { version ?? state.catalog.latestVersion(of: $0) }
            )
        } catch {
            throw .invalid(error)
        }
        try CommandError.checkLabels(in: body)
        return config
    }

    /// Checks what it says against the state: its blueprint is there, and it holds no secret.
    static func check(
        _ config: TenantAppConfig,
        _ scope: TenantScope,
        _ state: State
    ) throws(CommandError) {
        try checkBlueprint(config.blueprint, state)
        try checkSecrets(config, scope.read(state), state)
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

    /// The plan that adds a version to its line, and takes it through steps that were judged before.
    ///
    /// - Returns: The plan, and the version as it then stands.
    static func adding(
        _ version: ConfigVersion,
        through steps: [ConfigLifecycle.Step],
        to target: ConfigScope,
        _ line: ConfigLine,
        _ stamp: Ledger.Stamp,
        by caller: Caller,
        reason: String?,
        permit: ReleasePermit
    ) -> (plan: Ledger.Plan<Written>, standing: Stored<ConfigVersion>) {
        let made = adding(version, to: target, stamp, by: caller, reason: reason)
        var changes = made.changes
        var standing = stored(version, stamp, by: caller)
        for step in steps {
            let result = ConfigLifecycle.changes(
                standing,
                step,
                on: target,
                line,
                stamp,
                actor: caller.credential.id.text,
                reason: reason,
                permit: permit
            )
            changes += result.changes
            standing = result.moved
        }
        var written = made.answer
        written.object = standing.json
        written.beside = permit.records
        return (Ledger.Plan(changes, answer: written), standing)
    }

    /// A version that does not say who wrote its content has it of whoever makes it.
    private static func stored(
        _ version: ConfigVersion,
        _ stamp: Ledger.Stamp,
        by caller: Caller
    ) -> Stored<ConfigVersion> {
        var version = version
        version.authors = version.authors ?? ContentAuthors([caller.credential.principal])
        return Stored(version, revision: stamp.revision, createdAt: stamp.now, updatedAt: stamp.now)
    }

    /// The plan that adds a version to its line.
    static func adding(
        _ version: ConfigVersion,
        to target: ConfigScope,
        _ stamp: Ledger.Stamp,
        by caller: Caller,
        reason: String?
    ) -> Ledger.Plan<Written> {
        let stored = stored(version, stamp, by: caller)
        let step = ConfigTransition(
            version: version.number,
            from: nil,
            to: version.status,
            actor: caller.credential.id.text,
            at: stamp.now,
            reason: reason,
            origin: version.origin
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
    /// Superseded and archived versions make room by themselves; a rollback, which leaves no draft
    /// behind, takes its number without asking.
    ///
    /// - Throws: `TOO_MANY_VERSIONS`.
    static func nextNumber(_ line: ConfigLine) throws(CommandError) -> Int {
        guard line.unpublishedCount < ConfigLine.unpublishedCountMax else {
            throw CommandError(
                .conflict,
                "TOO_MANY_VERSIONS",
                "The config has \(ConfigLine.unpublishedCountMax) drafts and previews: delete drafts, "
                    + "or archive previews, first."
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
