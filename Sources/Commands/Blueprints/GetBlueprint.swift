import JSON
import Ledger
public import Model

/// Answers a version of a blueprint.
public struct GetBlueprint: Sendable {
    /// The blueprint.
    public let id: BlueprintID

    /// A request.
    public init(id: BlueprintID) { self.id = id }

    /// Carries it out.
    ///
    /// - Throws: `NOT_FOUND`.
    public func run(_ context: CommandContext) throws(CommandError) -> CommandAnswer {
        let state = context.state
        guard let blueprint = state.catalog.blueprints[id] else {
            throw .notFound("such blueprint")
        }
        return CommandAnswer(
            body: .json(.object(PutBlueprint.json(blueprint))),
            revision: state.revision,
            entityRevision: blueprint.revision
        )
    }
}
