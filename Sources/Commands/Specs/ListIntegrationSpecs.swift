import JSON
import Ledger
public import Model

/// Lists integration specs: all, those of one key, or those of a category.
public struct ListIntegrationSpecs: Sendable {
    /// The key whose versions are wanted; nil for all.
    public let key: IntegrationKey?
    /// The category that is wanted; nil for all.
    public let category: String?
    /// The part of the list.
    public let page: PageRequest

    /// A request.
    public init(key: IntegrationKey?, category: String?, page: PageRequest) {
        self.key = key
        self.category = category
        self.page = page
    }

    /// Carries it out.
    ///
    /// - Throws: `NOT_FOUND` when no version of `key` is registered.
    public func run(_ context: CommandContext) throws(CommandError) -> CommandAnswer {
        let state = context.state
        let specs = state.catalog.specs.values
            .filter { key == nil || $0.value.id.key == key }
            .filter { category == nil || $0.value.category.text == category }
        if key != nil, category == nil, specs.isEmpty { throw .notFound("such integration") }
        let page = Page.of(
            specs.map { (VersionKey.text($0.value.id.key.text, $0.value.id.version), $0) }
                .sorted { $0.0 < $1.0 },
            page,
            key: { $0.0 },
            json: { .object(PutIntegrationSpec.json($0.1)) }
        )
        return page.answer(revision: state.revision)
    }
}
