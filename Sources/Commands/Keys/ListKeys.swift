import JSON
import Ledger
import Model

/// Lists API keys, without their texts.
public struct ListKeys: Sendable {
    /// Whose keys.
    public let owner: OwnerScope
    /// The status that is wanted; nil for all.
    public let status: String?
    /// The part of the list.
    public let page: PageRequest

    /// A request.
    public init(owner: OwnerScope, status: String?, page: PageRequest) {
        self.owner = owner
        self.status = status
        self.page = page
    }

    /// Carries it out.
    public func run(_ context: CommandContext) throws(CommandError) -> CommandAnswer {
        let state = context.state
        let usage = context.services.keyUsage
        let page = Page.of(
            owner.keys(state).filter { status == nil || $0.value.status.rawValue == status },
            page,
            key: { $0.value.id.text },
            json: { .object($0.json(lastUsedAt: usage.lastUsedAt($0.value.id))) }
        )
        return page.answer(revision: state.revision)
    }
}
