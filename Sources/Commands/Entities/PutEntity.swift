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
        let entity: Entity
        do {
            entity = try Entity(body, key: key)
        } catch {
            throw .invalid(error)
        }
        guard !Entity.builtInTypes.contains(key.type) else {
            throw .invalid(
                .invalidValue,
                at: JSONPointer.root.appending("type"),
                "is of configs: workflows, connections, capabilities and slots are written there"
            )
        }
        try Self.check(context.caller)
        let subject = Self.subject("entity.put", scope, key)
        return try await context.write(subject) { (state, stamp) throws(CommandError) in
            let entities = scope.read(state).entities
            let existing = entities[key]
            try context.precondition.check(existing?.revision)
            guard existing != nil || entities.count < Entity.countMax else {
                let detail = "There are \(Entity.countMax) entities already."
                throw CommandError(.conflict, "TOO_MANY_ENTITIES", detail)
            }
            return DocumentWrite.plan(
                entity,
                over: existing,
                stamp,
                location: "\(scope.path)/entities/\(key.text)",
                json: { $0.json },
                change: { .putEntity(scope.tenant, $0) }
            )
        }
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
