public import JSON
import Ledger
public import Model

/// Makes or replaces an entity.
public struct PutEntity: Sendable {
    /// The tenant.
    public let scope: TenantScope
    /// Its type and id.
    public let key: EntityKey
    /// The body.
    public let body: JSONValue

    /// A request.
    public init(scope: TenantScope, key: EntityKey, body: JSONValue) {
        self.scope = scope
        self.key = key
        self.body = body
    }

    /// Carries it out.
    ///
    /// - Throws: Everything wrong with the body; `TOO_MANY_ENTITIES`.
    public func run(_ context: CommandContext) async throws(CommandError) -> CommandAnswer {
        let entity = try Self.read(body, key: key, context.caller)
        let subject = Self.subject("entity.put", scope, key)
        return try await context.write(subject) { (state, stamp) throws(CommandError) in
            try context.precondition.check(scope.read(state).entities[key]?.revision)
            return try Self.plan(entity, scope, state, stamp)
        }
    }

    /// Reads a body; without a key from the path it names itself.
    static func read(
        _ body: JSONValue,
        key: EntityKey?,
        _ caller: Caller
    ) throws(CommandError) -> Entity {
        let issues = IssueList()
        let entity = Entity(reading: body, key: key, issues: issues)
        if issues.hasErrors { throw .invalid(issues.issues) }
        try CommandError.checkLabels(in: body)
        try check(caller)
        return entity
    }

    /// The plan that makes or replaces the entity.
    static func plan(
        _ entity: Entity,
        _ scope: TenantScope,
        _ state: State,
        _ stamp: Ledger.Stamp
    ) throws(CommandError) -> Ledger.Plan<Written> {
        let entities = scope.read(state).entities
        let existing = entities[entity.key]
        guard existing != nil || entities.count < Entity.countMax else {
            let detail = "There are \(Entity.countMax) entities already."
            throw CommandError(.conflict, "TOO_MANY_ENTITIES", detail)
        }
        return DocumentWrite.plan(
            entity,
            over: existing,
            stamp,
            location: "\(scope.path)/entities/\(entity.key.text)",
            json: { $0.json },
            change: { .putEntity(scope.tenant, $0) }
        )
    }

    /// What a write of an entity is about.
    static func subject(_ action: String, _ scope: TenantScope, _ key: EntityKey) -> WriteSubject {
        WriteSubject(action: action, type: "entity", id: key.text, tenant: scope.tenant)
    }

    /// An entity counts in every environment; so must whoever writes it.
    ///
    /// - Throws: `ENVIRONMENT_NOT_IN_CREDENTIAL_SCOPE`.
    static func check(_ caller: Caller) throws(CommandError) {
        guard caller.credential.environments != nil else { return }
        throw CommandError(
            .forbidden,
            Caller.environmentCode,
            "Entities count in all environments, and the credential does not."
        )
    }
}
