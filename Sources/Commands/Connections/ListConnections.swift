import JSON
import Ledger
import Model

/// Lists a tenant's connections.
public struct ListConnections: Sendable {
    /// The filters, each an exact value; nil for all.
    public struct Filters: Sendable {
        /// `status`.
        public var status: String?
        /// `environment`.
        public var environment: String?
        /// `category` of the connection's spec.
        public var category: String?
        /// `integrationKey`.
        public var integrationKey: String?
        /// `ownershipMode`.
        public var ownershipMode: String?
        /// `health.status`.
        public var health: String?

        /// No filter.
        public init() {}
    }

    /// The tenant.
    public let scope: TenantScope
    /// The filters.
    public let filters: Filters
    /// The part of the list.
    public let page: PageRequest

    /// A request.
    public init(scope: TenantScope, filters: Filters, page: PageRequest) {
        self.scope = scope
        self.filters = filters
        self.page = page
    }

    /// Carries it out.
    public func run(_ context: CommandContext) throws(CommandError) -> CommandAnswer {
        let state = context.state
        let tenant = scope.read(state)
        let credential = context.caller.credential
        let found = tenant.connections.values
            .filter { credential.mayAct(in: $0.value.environment) }
            .filter { matches($0.value, tenant, state) }
            .sorted { $0.value.id < $1.value.id }
        let page = Page.of(
            found,
            page,
            key: { $0.value.id.text },
            json: { .object(tenant.json($0)) }
        )
        return page.answer(revision: state.revision)
    }

    private func matches(_ connection: Connection, _ tenant: TenantState, _ state: State) -> Bool {
        func agrees(_ wanted: String?, _ value: @autoclosure () -> String?) -> Bool {
            wanted == nil || wanted == value()
        }
        return agrees(filters.status, connection.status.rawValue)
            && agrees(filters.environment, connection.environment.text)
            && agrees(filters.integrationKey, connection.spec.key.text)
            && agrees(filters.ownershipMode, connection.mode.rawValue)
            && agrees(
                filters.health,
                (tenant.health[connection.id] ?? .unknown).status.rawValue
            )
            && agrees(
                filters.category,
                state.catalog.specs[connection.spec]?.value.category.text
            )
    }
}
