import JSON
import Ledger
import Model

/// Lists a tenant's change requests, the newest first.
public struct ListChangeRequests: Sendable {
    /// The filters that it knows, each named after the request's member.
    public static let parameters = ["status", "blueprint", "environment", "version"]

    /// The tenant.
    public let scope: TenantScope
    /// The filters that were given.
    public let filters: [String: String]
    /// The part of the list.
    public let page: PageRequest

    /// A request.
    public init(scope: TenantScope, filters: [String: String], page: PageRequest) {
        self.scope = scope
        self.filters = filters
        self.page = page
    }

    /// Carries it out.
    ///
    /// - Throws: `INVALID_PARAMETER` for a status or a version that there can't be.
    public func run(_ context: CommandContext) throws(CommandError) -> CommandAnswer {
        let state = context.state
        try check()
        let requests = scope.read(state).changeRequests.values
            .filter { context.caller.credential.mayAct(in: $0.value.line.environment) }
            .filter { matches($0.value) }
            .map { (key: Self.key($0), value: $0) }
            .sorted { $0.key < $1.key }
        let page = Page.of(
            requests,
            page,
            key: { $0.key },
            json: { .object(RequestStanding($0.value.value, state).summary(of: $0.value)) }
        )
        return page.answer(revision: state.revision)
    }

    private func check() throws(CommandError) {
        if let status = filters["status"], ChangeRequest.Status(rawValue: status) == nil {
            let names = ChangeRequest.Status.allCases.map(\.rawValue).joined(separator: ", ")
            throw .parameter("status", "must be one of \(names)")
        }
        if let version = filters["version"], Int32(version).map({ $0 >= 1 }) != true {
            throw .parameter("version", "must be a version's number")
        }
    }

    private func matches(_ request: ChangeRequest) -> Bool {
        let members = [
            "status": request.status.rawValue, "blueprint": request.line.blueprint.text,
            "environment": request.line.environment.text, "version": "\(request.version)",
        ]
        return filters.allSatisfy { members[$0.key] == $0.value }
    }

    /// The newest has the least key.
    private static func key(_ request: Stored<ChangeRequest>) -> String {
        let rest = String(Timestamp.latest.milliseconds - request.createdAt.milliseconds)
        return String(repeating: "0", count: max(0, 18 - rest.count)) + rest
            + request.value.id.text
    }
}
