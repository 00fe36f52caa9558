import Ledger
public import Model

/// Ends an API key: no request is accepted with it from the moment this is durable.
public struct RevokeKey: Sendable {
    /// Whose key.
    public let owner: OwnerScope
    /// The key.
    public let id: CredentialID

    /// A request.
    public init(owner: OwnerScope, id: CredentialID) {
        self.owner = owner
        self.id = id
    }

    /// Carries it out; the key stays listed as revoked.
    ///
    /// Who may act in some environments only ends no key that acts in others: what runs there would
    /// stand still.
    ///
    /// - Throws: `NOT_FOUND`; `ENVIRONMENT_NOT_IN_CREDENTIAL_SCOPE`.
    public func run(_ context: CommandContext) async throws(CommandError) -> CommandAnswer {
        let subject = WriteSubject(
            action: "key.revoke",
            type: "key",
            id: id.text,
            tenant: owner.tenant
        )
        return try await context.write(subject) { (state, stamp) throws(CommandError) in
            let existing = owner.key(id, state)
            try context.precondition.check(existing?.revision)
            guard let existing else { throw .notFound("such key") }
            guard context.caller.credential.mayAct(inAllOf: existing.value) else {
                throw CommandError(
                    .forbidden,
                    Caller.environmentCode,
                    "The key acts in environments that the credential may not act in."
                )
            }
            let stored = DocumentWrite.stored(existing.value.revoked, over: existing, stamp)
            let before = existing.json(lastUsedAt: nil)
            let changes: [Change] = stored.map { [.putCredential($0)] } ?? []
            return Ledger.Plan(changes, answer: Written(kind: .nothing, before: before))
        }
    }
}
