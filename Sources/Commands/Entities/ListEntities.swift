import JSON
import Ledger
import Model

/// Lists a tenant's entities, by type and id.
public struct ListEntities: Sendable {
    /// The tenant.
    public let scope: TenantScope
    /// The type that is wanted; nil for all.
    public let type: String?
    /// The part of the list.
    public let page: PageRequest

    /// A request.
    public init(scope: TenantScope, type: String?, page: PageRequest) {
        self.scope = scope
        self.type = type
        self.page = page
    }

    /// Carries it out.
    public func run(_ context: CommandContext) throws(CommandError) -> CommandAnswer {
        let state = context.state
        let entities = scope.read(state).entities.values
            .filter { type == nil || $0.value.key.type == type }
            .sorted { $0.value.key < $1.value.key }
        let page = Page.of(
            entities,
            page,
            // What stands between comes before every character of a type: the order is the keys'.
            key: { "\($0.value.key.type)\u{1}\($0.value.key.id)" },
            json: { .object($0.json) }
        )
        return page.answer(revision: state.revision)
    }
}
