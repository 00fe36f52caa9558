import Ledger
public import Model

/// Removes a version of a blueprint that no config uses.
public struct DeleteBlueprint: Sendable {
    /// The blueprint.
    public let id: BlueprintID

    /// A request.
    public init(id: BlueprintID) { self.id = id }

    /// Carries it out.
    ///
    /// - Throws: `NOT_FOUND`; `BLUEPRINT_IN_USE` with how many configs use it.
    public func run(_ context: CommandContext) async throws(CommandError) -> CommandAnswer {
        let subject = WriteSubject(
            action: "blueprint.delete",
            type: "blueprint",
            id: "\(id.name.text)@\(id.version.text)"
        )
        return try await context.write(subject) { (state, _) throws(CommandError) in
            try context.precondition.check(state.catalog.blueprints[id]?.revision)
            return try plan(state)
        }
    }

    /// The plan that removes it.
    func plan(_ state: State) throws(CommandError) -> Ledger.Plan<Written> {
        guard let existing = state.catalog.blueprints[id] else {
            throw .notFound("such blueprint")
        }
        if let users = state.catalog.configCounts[id] {
            let detail = "The version is used by \(users) configs."
            throw CommandError(.conflict, "BLUEPRINT_IN_USE", detail)
        }
        return DocumentWrite.removal(of: PutBlueprint.json(existing), .removeBlueprint(id))
    }
}
