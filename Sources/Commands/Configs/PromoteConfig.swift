public import JSON
import Ledger
import Model
import Resolver

/// Makes a draft in another environment of what is live in this one, its connections replaced by
/// those of the other environment.
public struct PromoteConfig: Sendable {
    /// The line that is promoted.
    public let source: ConfigScope
    /// The body: `to`, and `connections` from those here to those there.
    public let body: JSONValue

    /// A request.
    public init(source: ConfigScope, body: JSONValue) {
        self.source = source
        self.body = body
    }

    private struct Wish {
        let environment: EnvironmentName
        let connections: [ConnectionID: ConnectionID]
        let reason: String?
    }

    /// Carries it out.
    ///
    /// A draft may be wrong, as every draft may; its report is in the answer, so that a connection
    /// which is not one of the tenant's there is told at once and not when it is published.
    ///
    /// - Throws: `CONFIG_NOT_LIVE` when nothing is live here; `UNMAPPED_CONNECTIONS` with the
    ///   candidates there; everything wrong with the body.
    public func run(_ context: CommandContext) async throws(CommandError) -> CommandAnswer {
        let wish = try read()
        let line = ConfigLineID(blueprint: source.line.blueprint, environment: wish.environment)
        let target = ConfigScope(scope: source.scope, line: line)
        guard context.services.environments.contains(where: { $0.name == wish.environment }) else {
            let detail = "there is no environment \(wish.environment.text)"
            throw .invalid(.unknownEnvironment, at: .root.appending("to"), detail)
        }
        guard context.caller.credential.mayAct(in: wish.environment) else {
            let detail = "The credential may not act in \(wish.environment.text)."
            throw CommandError(.forbidden, "ENVIRONMENT_NOT_IN_CREDENTIAL_SCOPE", detail)
        }
        let from = try source.environment(context.services.environments)
        let subject = target.subject("config.promote", nil, reason: wish.reason)
        return try await context.write(subject) {
            (state, stamp) throws(CommandError) in
            try context.precondition.check(nil)
            guard let live = source.read(state).live(in: from.tier) else {
                throw ConfigGate.notLive(source)
            }
            let config = try promoted(live.value.config, wish, target, state)
            let version = ConfigVersion(
                number: try ConfigDraft.nextNumber(target.read(state)),
                config: config,
                origin: .promotion(from: from.name, version: live.value.number),
                authors: try ConfigAuthors.copied(
                    live.value,
                    from: source,
                    to: target,
                    state,
                    by: context.caller
                )
            )
            let gate = try ConfigGate(target, state, context.services, now: context.now)
            let report = try gate.report(version)
            let plan = ConfigDraft.adding(
                version,
                to: target,
                stamp,
                by: context.caller,
                reason: wish.reason
            )
            let unused = Self.unused(wish, live.value.config)
            var written = plan.answer
            written.makeBody = { [object = written.object] in
                var object = object ?? [:]
                object["report"] = report.json
                if !unused.isEmpty { object["unusedConnections"] = .array(unused) }
                return .object(object)
            }
            return Ledger.Plan(plan.changes, answer: written)
        }
    }

    private func read() throws(CommandError) -> Wish {
        let issues = IssueList()
        let members: Set<String> = ["to", "connections", "reason"]
        let reader = ObjectReader(body, at: .root, issues: issues, members: members)
        let environment = reader.requiredIdentifier("to", as: EnvironmentName.self)
        if environment == source.line.environment {
            reader.error(.invalidValue, "to", "must be another environment")
        }
        let pairs = reader.map("connections", keyedBy: ConnectionID.self, countMax: 10_000) {
            (from, value, place) -> (ConnectionID, ConnectionID)? in
            guard let to = value.string.flatMap(ConnectionID.init) else {
                issues.error(.invalidIdentifier, at: place, "must be \(IdentifierRule.words)")
                return nil
            }
            return (from, to)
        }
        let reason = ActionBody.reason(reader)
        if issues.hasErrors { throw .invalid(issues.issues) }
        return Wish(
            environment: environment,
            connections: Dictionary(pairs ?? []) { first, _ in first },
            reason: reason
        )
    }

    /// The config with the connections of the other environment.
    private func promoted(
        _ config: TenantAppConfig,
        _ wish: Wish,
        _ target: ConfigScope,
        _ state: State
    ) throws(CommandError) -> TenantAppConfig {
        let tenant = source.scope.read(state)
        let used = Set(config.bindings.map(\.connection)).sorted()
        let unmapped = used.filter { wish.connections[$0] == nil }
        guard unmapped.isEmpty else {
            throw Self.unmapped(unmapped, wish, tenant, unused: Self.unused(wish, config))
        }
        var object = config.document.object
        let bindings = (object["integrations"]?.array ?? [])
            .map { binding -> JSONValue in
                guard var members = binding.object,
                    let from = members["connectionId"]?.string.flatMap(ConnectionID.init),
                    let to = wish.connections[from]
                else { return binding }
                members["connectionId"] = .string(to.text)
                return .object(members)
            }
        object["integrations"] = .array(bindings)
        var meta = object["meta"]?.object ?? [:]
        meta["environment"] = .string(wish.environment.text)
        object["meta"] = .object(meta)
        return try ConfigDraft.read(.object(object), target, state, version: nil)
    }

    /// The keys of `connections` that nothing here binds, each with the one that it was meant for:
    /// a superset is no fault, and a misspelt name should not go unseen.
    private static func unused(_ wish: Wish, _ config: TenantAppConfig) -> [JSONValue] {
        let used = Set(config.bindings.map(\.connection))
        let missed = used.filter { wish.connections[$0] == nil }.map(\.text)
        return wish.connections.keys.filter { !used.contains($0) }.sorted().prefix(toldCountMax)
            .map { id in
                var object: JSONObject = ["connectionId": .string(id.text)]
                if missed.count <= toldCountMax,
                    let near = Spelling.nearest(to: id.text, in: missed)
                {
                    object["suggestion"] = .string("did you mean \(near)?")
                }
                return .object(object)
            }
    }

    /// The most connections told of one kind.
    private static let toldCountMax = 100

    private static func unmapped(
        _ connections: [ConnectionID],
        _ wish: Wish,
        _ tenant: TenantState,
        unused: [JSONValue]
    ) -> CommandError {
        let list = connections.prefix(toldCountMax)
            .map { id -> JSONValue in
                let key = tenant.connections[id]?.value.spec.key
                // What is paused, revoked or a draft serves nobody: no version that binds it goes live.
                let candidates = tenant.connections.values
                    .filter {
                        $0.value.environment == wish.environment && $0.value.spec.key == key
                            && $0.value.status == .active
                    }
                    .map(\.value.id).sorted().prefix(100)
                return [
                    "connectionId": .string(id.text),
                    "candidates": .array(candidates.map { .string($0.text) }),
                ]
            }
        var members: JSONObject = ["unmapped": .array(Array(list))]
        if !unused.isEmpty { members["unusedConnections"] = .array(unused) }
        return CommandError(
            .invalid,
            "UNMAPPED_CONNECTIONS",
            "connections must name one of \(wish.environment.text) for each that is bound here.",
            members: members
        )
    }
}
