import JSON
import Ledger
import Model

/// Lists every (blueprint, environment) of a tenant, with what is live there.
public struct ListConfigs: Sendable {
    /// The tenant.
    public let scope: TenantScope
    /// The environment that is wanted; nil for all.
    public let environment: String?
    /// The blueprint that is wanted; nil for all.
    public let blueprint: String?
    /// The part of the list.
    public let page: PageRequest

    /// A request.
    public init(scope: TenantScope, environment: String?, blueprint: String?, page: PageRequest) {
        self.scope = scope
        self.environment = environment
        self.blueprint = blueprint
        self.page = page
    }

    /// Carries it out.
    public func run(_ context: CommandContext) throws(CommandError) -> CommandAnswer {
        let state = context.state
        let credential = context.caller.credential
        let lines = scope.read(state).lines
            .filter { credential.mayAct(in: $0.key.environment) }
            .filter { environment == nil || $0.key.environment.text == environment }
            .filter { blueprint == nil || $0.key.blueprint.text == blueprint }
            .sorted { $0.key < $1.key }
        // A space sorts before every character of a name, as the end of a name does.
        let page = Page.of(
            lines,
            page,
            key: { "\($0.key.blueprint.text) \($0.key.environment.text)" },
            json: { Self.json($0.key, $0.value) }
        )
        return page.answer(revision: state.revision)
    }

    private static func json(_ id: ConfigLineID, _ line: ConfigLine) -> JSONValue {
        func number(_ version: Stored<ConfigVersion>?) -> JSONValue {
            version.map { .integer(Int64($0.value.number)) } ?? .null
        }
        return [
            "blueprint": .string(id.blueprint.text), "environment": .string(id.environment.text),
            "publishedVersion": number(line.published), "previewVersion": number(line.newerPreview),
            "latestVersion": .integer(Int64(line.lastNumber)),
            "versions": .integer(Int64(line.versions.count)),
        ]
    }
}
