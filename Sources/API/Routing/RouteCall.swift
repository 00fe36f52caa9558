import Commands
import HTTPWire
import JSON
import Model
import Policy

/// A request that has passed the middleware: what a route makes its command of.
struct RouteCall: Sendable {
    var context: CommandContext
    let query: QueryParameters
    /// The body; nil when the route takes none or none was sent.
    let body: JSONValue?
    /// Whether the body came as lines.
    let bodyIsLines: Bool
    /// The header `Bindery-Workflow`.
    let workflowHeader: String?
    /// The header `Last-Event-ID`.
    let lastEventID: String?
    /// The scheme and host that the client named; nil where nobody asks for them.
    let origin: String?
    /// The request as it came; nil where the route reads none of its bytes itself.
    let posted: HTTPRequest?
    /// The right to the path's tenant; nil for what is global.
    let scope: TenantScope?
    let parameters: PathParameters

    /// The right to the path's tenant.
    var tenant: TenantScope {
        guard let scope else { preconditionFailure("a route with {tenant} has a scope") }
        return scope
    }

    /// Whose keys and policies: the path's tenant's, or the platform's.
    var owner: OwnerScope { scope.map { .tenant($0) } ?? .platform }

    /// The body, which the route says must be there.
    var json: JSONValue { body ?? .null }

    /// A name in the path; one that can't be a name is one that does not exist.
    func name<Noun>(_ key: String) throws(CommandError) -> Identifier<Noun> {
        guard let name = parameters[key].flatMap(Identifier<Noun>.init) else {
            throw .notFound("such \(key)")
        }
        return name
    }

    func specID() throws(CommandError) -> SpecID {
        SpecID(key: try name("key"), version: try version())
    }

    func blueprintID() throws(CommandError) -> BlueprintID {
        BlueprintID(name: try name("name"), version: try version())
    }

    private func version() throws(CommandError) -> ObjectVersion {
        guard let version = parameters["version"].flatMap(ObjectVersion.init(pathSegment:)) else {
            throw CommandError(
                .invalid,
                "INVALID_VERSION",
                "The version in the path must be \(ObjectVersion.words)."
            )
        }
        return version
    }

    /// The config line in the path.
    func line() throws(CommandError) -> ConfigScope {
        let line = ConfigLineID(blueprint: try name("blueprint"), environment: try name("env"))
        return ConfigScope(scope: tenant, line: line)
    }

    /// A config's version number in the path.
    func number(_ key: String = "n") throws(CommandError) -> Int {
        guard let text = parameters[key], let number = Int32(text), number >= 1, "\(number)" == text
        else { throw .notFound("such config version") }
        return Int(number)
    }

    /// The part of a list.
    func page() throws(CommandError) -> PageRequest {
        try PageRequest(limit: query["limit"], cursor: query["cursor"])
    }
}

/// The values of a path's parameters; so few that they are searched in a row.
struct PathParameters: Sendable {
    let names: [String]
    let values: [String]

    /// The value of a parameter; nil when the route has none of this name.
    subscript(name: String) -> String? {
        names.firstIndex(of: name).map { values[$0] }
    }
}
