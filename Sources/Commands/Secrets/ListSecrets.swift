import JSON
import Ledger
import Model

/// Lists a tenant's secrets in Bindery's own store by name, without their values.
public struct ListSecrets: Sendable {
    /// The tenant.
    public let scope: TenantScope
    /// The part of the list.
    public let page: PageRequest

    /// A request.
    public init(scope: TenantScope, page: PageRequest) {
        self.scope = scope
        self.page = page
    }

    /// Carries it out.
    public func run(_ context: CommandContext) throws(CommandError) -> CommandAnswer {
        let state = context.state
        let secrets = scope.read(state).secrets.values.sorted { $0.name < $1.name }
        let page = Page.of(secrets, page, key: { $0.name.text }, json: { .object($0.metadata) })
        return page.answer(revision: state.revision)
    }
}
