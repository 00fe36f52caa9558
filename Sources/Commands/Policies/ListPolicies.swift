import JSON
import Ledger
import Model

/// Lists policy rules.
public struct ListPolicies: Sendable {
    /// Whose rules.
    public let owner: OwnerScope
    /// The effect that is wanted; nil for all.
    public let effect: String?
    /// The part of the list.
    public let page: PageRequest

    /// A request.
    public init(owner: OwnerScope, effect: String?, page: PageRequest) {
        self.owner = owner
        self.effect = effect
        self.page = page
    }

    /// Carries it out.
    public func run(_ context: CommandContext) throws(CommandError) -> CommandAnswer {
        let state = context.state
        let rules = owner.policies(state).values
            .filter { effect == nil || $0.value.effect.rawValue == effect }
            .sorted { $0.value.id < $1.value.id }
        let page = Page.of(
            rules,
            page,
            key: { $0.value.id.text },
            json: { .object($0.json) }
        )
        return page.answer(revision: state.revision)
    }
}
