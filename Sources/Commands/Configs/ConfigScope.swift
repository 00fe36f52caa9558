import Ledger
public import Model
import Policy

/// One line of a tenant's configs: what most config commands are about.
public struct ConfigScope: Sendable, Hashable {
    /// The tenant.
    public let scope: TenantScope
    /// The blueprint and the environment.
    public let line: ConfigLineID

    /// A line of the tenant.
    public init(scope: TenantScope, line: ConfigLineID) {
        self.scope = scope
        self.line = line
    }

    /// The line in a state; an empty one when nothing was written.
    func read(_ state: State) -> ConfigLine { scope.read(state).lines[line] ?? ConfigLine() }

    /// Who calls through the line, as rules see it.
    var callSubject: CallConditions.Subject {
        CallConditions.Subject(
            tenant: scope.tenant,
            blueprint: line.blueprint,
            environment: line.environment
        )
    }

    /// The path of the line's resources.
    var path: String {
        "\(scope.path)/configs/\(line.blueprint.text)/\(line.environment.text)"
    }

    /// The path of a version.
    func path(of number: Int) -> String { "\(path)/versions/\(number)" }

    /// The version, which must be there.
    ///
    /// - Throws: `NOT_FOUND`.
    func version(_ number: Int, _ state: State) throws(CommandError) -> Stored<ConfigVersion> {
        guard let version = read(state).versions[number] else {
            throw .notFound("such config version")
        }
        return version
    }

    /// The declared environment of the line.
    ///
    /// - Throws: `UNKNOWN_ENVIRONMENT`.
    func environment(_ environments: [Environment]) throws(CommandError) -> Environment {
        if let known = environments.first(where: { $0.name == line.environment }) { return known }
        let names = environments.map(\.name.text).joined(separator: ", ")
        throw CommandError(
            .notFound,
            "UNKNOWN_ENVIRONMENT",
            "There is no environment \(line.environment.text); there are \(names)."
        )
    }

    /// What a write of the line is about.
    func subject(_ action: String, _ number: Int?, reason: String? = nil) -> WriteSubject {
        let version = number.map { "@\($0)" } ?? ""
        return WriteSubject(
            action: action,
            type: "config",
            id: "\(line.blueprint.text)/\(line.environment.text)\(version)",
            tenant: scope.tenant,
            environment: line.environment,
            reason: reason
        )
    }
}
