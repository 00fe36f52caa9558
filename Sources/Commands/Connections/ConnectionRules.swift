import JSON
import Ledger
import Model

/// What must hold of a connection when it is written, beyond its shape (API sections 6 and 10).
struct ConnectionRules {
    let state: State
    let services: Services
    /// Whether a new connection may have any status: what is out of service, or for good, serves nobody.
    var takesAnyStatus = false

    private var environments: [Environment] { services.environments }

    /// Checks a connection that takes the place of `existing`.
    ///
    /// `required` members of the config are not asked for: a binding may bring them.
    ///
    /// - Throws: Every broken rule at once.
    func check(
        _ connection: Connection,
        over existing: Stored<Connection>?
    ) throws(CommandError) {
        let issues = IssueList()
        if !environments.contains(where: { $0.name == connection.environment }) {
            let known = environments.map(\.name.text)
            issues.error(
                .unknownEnvironment,
                at: .root.appending("meta").appending("environment"),
                "there is no environment \(connection.environment.text)",
                suggestion: "use one of " + known.joined(separator: ", ")
            )
        }
        Self.checkReference(connection.secretReference, of: connection.tenant, services, issues)
        checkSpec(connection, issues)
        checkStatus(connection, existing?.value, issues)
        if issues.hasErrors { throw .invalid(issues.issues) }
        if let existing { try checkUse(connection, over: existing.value) }
    }

    /// A tenant names its own secrets, where the operator says which those are.
    static func checkReference(
        _ reference: SecretReference?,
        of tenant: TenantID,
        _ services: Services,
        _ issues: IssueList
    ) {
        let rules = services.settings.secretReferenceRules
        // A local secret is the tenant's own by its nature.
        guard let reference, !rules.isEmpty, reference.scheme != .local,
            !rules.contains(where: { $0.allows(reference, of: tenant) })
        else { return }
        let known = rules.prefix(10).map(\.text).joined(separator: ", ")
        issues.error(
            .invalidValue,
            at: .root.appending("secretRef"),
            "names a secret that is not the tenant's",
            suggestion: "keep it under one of \(known)"
        )
    }

    private func checkSpec(_ connection: Connection, _ issues: IssueList) {
        guard let spec = state.catalog.specs[connection.spec]?.value else {
            return reportUnknownSpec(connection.spec, issues)
        }
        spec.check(connection, issues)
    }

    private func reportUnknownSpec(_ id: SpecID, _ issues: IssueList) {
        let versions = state.catalog.specs.keys.filter { $0.key == id.key }.map(\.version).sorted()
        let meta = JSONPointer.root.appending("meta")
        if versions.isEmpty {
            let keys = Set(state.catalog.specs.keys.map(\.key.text))
            issues.error(
                .integrationSpecNotFound,
                at: meta.appending("integrationKey"),
                "no integration \(id.key.text) is registered",
                suggestion: Spelling.nearest(to: id.key.text, in: keys)
                    .map { "did you mean \($0)?" }
            )
        } else {
            issues.error(
                .integrationSpecNotFound,
                at: meta.appending("integrationVersion"),
                "\(id.key.text) has no version \(id.version.text)",
                suggestion: "use one of " + versions.suffix(10).map(\.text).joined(separator: ", ")
            )
        }
    }

    /// The status is given at creation, and moves by the actions alone afterwards.
    private func checkStatus(
        _ connection: Connection,
        _ existing: Connection?,
        _ issues: IssueList
    ) {
        let place = JSONPointer.root.appending("status")
        if let existing {
            guard existing.status != connection.status else { return }
            issues.error(
                .invalidValue,
                at: place,
                "is \(existing.status.rawValue), and moves by actions only",
                suggestion: "POST to pause, resume or revoke"
            )
        } else if !takesAnyStatus, connection.status != .draft, connection.status != .active {
            issues.error(.invalidValue, at: place, "must be draft or active at creation")
        }
    }

    /// What live configs rely on does not change under them.
    private func checkUse(_ new: Connection, over old: Connection) throws(CommandError) {
        guard !new.isBoundAlike(old) else { return }
        try Self.checkUnused(
            old.id,
            in: state.tenant(old.tenant),
            environments,
            "Its environment, integration and mode can't change while a live config binds it."
        )
    }

    /// - Throws: `CONNECTION_IN_USE` with where.
    static func checkUnused(
        _ id: ConnectionID,
        in tenant: TenantState,
        _ environments: [Environment],
        _ detail: String
    ) throws(CommandError) {
        let production = environments.filter { $0.tier == .production }.map(\.name)
        // A preview is live outside production alone.
        let uses = tenant.liveBindings(of: id)
            .filter { line, version in
                version.value.status == .published || !production.contains(line.environment)
            }
        guard !uses.isEmpty else { return }
        let places = uses.prefix(50)
            .map { line, version -> JSONValue in
                [
                    "blueprint": .string(line.blueprint.text),
                    "environment": .string(line.environment.text),
                    "version": .integer(Int64(version.value.number)),
                ]
            }
        throw CommandError(
            .conflict,
            "CONNECTION_IN_USE",
            detail,
            members: ["usedBy": .array(Array(places))]
        )
    }
}

extension TenantState {
    /// The connection as the API writes it.
    func json(_ connection: Stored<Connection>) -> JSONObject {
        let id = connection.value.id
        return Self.json(connection, health[id] ?? .unknown, overlaps[id])
    }

    /// Writes a connection out with the health that it has now, without keeping the tenant: a set of
    /// ten thousand connections would keep ten thousand states of it.
    func writer(of id: ConnectionID) -> @Sendable (Stored<Connection>) -> JSONObject {
        let (health, overlap) = (health[id] ?? .unknown, overlaps[id])
        return { Self.json($0, health, overlap) }
    }

    static func json(
        _ connection: Stored<Connection>,
        _ health: ConnectionHealth,
        _ overlap: SecretOverlap?
    ) -> JSONObject {
        var object = connection.stamped(connection.value.document)
        object["health"] = health.json
        // With another secret in its place the overlap has ended, whatever is still kept of it.
        if let overlap, overlap.current == connection.value.secretReference {
            object["previousSecretRef"] = .string(overlap.previous.text)
            object["overlapUntil"] = .string(overlap.until.text)
        }
        return object
    }
}
