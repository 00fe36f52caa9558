public import JSON
import Ledger
import Model

/// Makes a new draft: from a body, or from an older version (`{"fromVersion": 3}`).
public struct CreateConfigVersion: Sendable {
    /// The line.
    public let target: ConfigScope
    /// The body.
    public let body: JSONValue

    /// A request.
    public init(target: ConfigScope, body: JSONValue) {
        self.target = target
        self.body = body
    }

    /// Carries it out.
    ///
    /// - Throws: Everything malformed in the body; `UNKNOWN_ENVIRONMENT`, `BLUEPRINT_NOT_FOUND`,
    ///   `TOO_MANY_AUTHORS`.
    public func run(_ context: CommandContext) async throws(CommandError) -> CommandAnswer {
        _ = try target.environment(context.services.environments)
        let source = try fromVersion()
        let subject = target.subject("config.create", nil)
        let caller = context.caller
        return try await context.write(subject) { (state, stamp) throws(CommandError) in
            try context.precondition.check(nil)
            let line = target.read(state)
            let config: TenantAppConfig
            var authors: ContentAuthors?
            if let source {
                let old = try target.version(source, state).value
                config = old.config
                authors = try ConfigAuthors.copied(old, from: target, to: target, state, by: caller)
            } else {
                config = try ConfigDraft.read(body, target, state, version: nil)
            }
            let version = ConfigVersion(
                number: try ConfigDraft.nextNumber(line),
                config: config,
                origin: source.map { .version($0) },
                authors: authors
            )
            return ConfigDraft.adding(version, to: target, stamp, by: caller, reason: nil)
        }
    }

    private func fromVersion() throws(CommandError) -> Int? {
        guard body["fromVersion"] != nil else { return nil }
        let issues = IssueList()
        let reader = ObjectReader(body, at: .root, issues: issues, members: ["fromVersion"])
        let number = reader.integer("fromVersion", in: 1...Int(Int32.max))
        if issues.hasErrors { throw .invalid(issues.issues) }
        return number
    }
}
