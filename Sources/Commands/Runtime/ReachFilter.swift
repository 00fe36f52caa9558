import Model

/// Which lines a question about reach is narrowed to.
public struct ReachFilter: Sendable {
    private let blueprint: String?
    private let environment: String?

    /// The filters `blueprint` and `environment`; nil for all.
    public init(blueprint: String?, environment: String?) {
        (self.blueprint, self.environment) = (blueprint, environment)
    }

    /// Those of the lines that are wanted, and in whose environment the caller may act.
    ///
    /// - Throws: `ENVIRONMENT_NOT_IN_CREDENTIAL_SCOPE` when one is asked for by name in which it may not.
    func lines(
        _ lines: [ConfigLineID],
        _ caller: Caller
    ) throws(CommandError) -> [ConfigLineID] {
        if let name = environment.flatMap(EnvironmentName.init) { try caller.check(name) }
        return lines.filter { line in
            (blueprint ?? line.blueprint.text) == line.blueprint.text
                && (environment ?? line.environment.text) == line.environment.text
                && caller.credential.mayAct(in: line.environment)
        }
    }
}
