import JSON
import Ledger
public import Model

/// Answers a version of an integration spec.
public struct GetIntegrationSpec: Sendable {
    /// The spec.
    public let id: SpecID

    /// A request.
    public init(id: SpecID) { self.id = id }

    /// Carries it out.
    ///
    /// - Throws: `NOT_FOUND`.
    public func run(_ context: CommandContext) throws(CommandError) -> CommandAnswer {
        let state = context.state
        guard let spec = state.catalog.specs[id] else { throw .notFound("such integration spec") }
        return CommandAnswer(
            body: .json(.object(PutIntegrationSpec.json(spec))),
            revision: state.revision,
            entityRevision: spec.revision
        )
    }
}
