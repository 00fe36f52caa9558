import Ledger
public import Model

/// Removes a version of an integration spec that no connection uses.
public struct DeleteIntegrationSpec: Sendable {
    /// The spec.
    public let id: SpecID

    /// A request.
    public init(id: SpecID) { self.id = id }

    /// Carries it out.
    ///
    /// - Throws: `NOT_FOUND`; `SPEC_IN_USE` with how many connections use it.
    public func run(_ context: CommandContext) async throws(CommandError) -> CommandAnswer {
        let subject = WriteSubject(
            action: "spec.delete",
            type: "integrationSpec",
            id: "\(id.key.text)@\(id.version.text)"
        )
        return try await context.write(subject) { (state, _) throws(CommandError) in
            try context.precondition.check(state.catalog.specs[id]?.revision)
            return try plan(state)
        }
    }

    /// The plan that removes it.
    func plan(_ state: State) throws(CommandError) -> Ledger.Plan<Written> {
        guard let existing = state.catalog.specs[id] else {
            throw .notFound("such integration spec")
        }
        if let users = state.catalog.connectionCounts[id] {
            let detail = "The version is used by \(users) connections."
            throw CommandError(.conflict, "SPEC_IN_USE", detail)
        }
        return DocumentWrite.removal(of: PutIntegrationSpec.json(existing), .removeSpec(id))
    }
}
