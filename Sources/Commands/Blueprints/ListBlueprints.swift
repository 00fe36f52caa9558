import JSON
import Ledger
public import Model

/// Lists blueprints: all, or those of one name.
public struct ListBlueprints: Sendable {
    /// The name whose versions are wanted; nil for all.
    public let name: BlueprintName?
    /// The part of the list.
    public let page: PageRequest

    /// A request.
    public init(name: BlueprintName?, page: PageRequest) {
        self.name = name
        self.page = page
    }

    /// Carries it out.
    ///
    /// - Throws: `NOT_FOUND` when no version of `name` is registered.
    public func run(_ context: CommandContext) throws(CommandError) -> CommandAnswer {
        let state = context.state
        let blueprints = state.catalog.blueprints.values
            .filter { name == nil || $0.value.id.name == name }
        if name != nil, blueprints.isEmpty { throw .notFound("such blueprint") }
        let page = Page.of(
            blueprints.map { (VersionKey.text($0.value.id.name.text, $0.value.id.version), $0) }
                .sorted { $0.0 < $1.0 },
            page,
            key: { $0.0 },
            json: { .object(PutBlueprint.json($0.1)) }
        )
        return page.answer(revision: state.revision)
    }
}
