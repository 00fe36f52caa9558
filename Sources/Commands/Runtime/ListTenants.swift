import JSON
import Ledger
import Model

/// Lists the tenants: those of which anything was ever written.
public struct ListTenants: Sendable {
    /// The part of the list.
    public let page: PageRequest

    /// A request.
    public init(page: PageRequest) { self.page = page }

    /// Carries it out.
    public func run(_ context: CommandContext) throws(CommandError) -> CommandAnswer {
        let state = context.state
        let page = Page.of(
            state.tenants.keys.sorted(),
            page,
            key: { $0.text },
            json: { ["id": .string($0.text)] }
        )
        return page.answer(revision: state.revision)
    }
}
