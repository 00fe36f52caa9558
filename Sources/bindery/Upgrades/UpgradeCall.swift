import JSON
import Model

/// What the commands about an upgrade have in common: which one it is, and how its pages are read.
struct UpgradeCall: Sendable {
    /// The flags that say which upgrade.
    static let flags =
        [
            CommandFlag("--from", "VERSION", help: "The version that configs are of."),
            CommandFlag("--to", "VERSION", help: "The version that they are to be of."),
            CommandFlag(
                "--tenant",
                "TENANT",
                isRepeatable: true,
                help: "Only this tenant's configs."
            ),
            CommandFlag(
                "--environment",
                "NAME",
                isRepeatable: true,
                help: "Only configs of this environment."
            ),
            CommandFlag(
                "--drop-orphans",
                help: "Leaves out bindings that serve nothing in the new version."
            ),
            CommandFlag("--plan", "PLAN", help: "The name of a plan that was shown before."),
            CommandFlag("--json", help: "Prints the server's answers as JSON instead."),
        ] + ServerAccess.flags

    /// The most items of one page: few enough that progress is seen.
    static let pageItemCount = 100
    /// How long a page may take: the server begins no config after 20 s, and a health check takes
    /// two minutes at most.
    private static let timeout = Duration.seconds(180)

    /// The server.
    let access: ServerAccess
    /// The version that configs are to be of.
    let to: ObjectVersion
    private let path: String
    private let arguments: CommandArguments

    /// Reads the flags.
    ///
    /// - Throws: A usage failure that names the flag.
    init(_ call: Command.Call) throws(CommandFailure) {
        arguments = call.arguments
        guard let name = call.arguments.operand, IdentifierRule.isIdentifier(name.utf8) else {
            throw .usage("BLUEPRINT says which blueprint, such as invoice-app")
        }
        let from = try Self.version("--from", call.arguments)
        to = try Self.version("--to", call.arguments)
        guard from != to else { throw .usage("--to: must be another version than --from") }
        let segment = QueryText.encoded(from.text)
        path = "/v1/specs/blueprints/\(name)/versions/\(segment)/upgrade"
        var access = try ServerAccess(call)
        access.client.timeout = Self.timeout
        self.access = access
    }

    private static func version(
        _ flag: String,
        _ arguments: CommandArguments
    ) throws(CommandFailure) -> ObjectVersion {
        guard let text = arguments.value(of: flag) else {
            throw .usage("\(flag) VERSION says which version of the blueprint")
        }
        guard let version = ObjectVersion(pathSegment: text) else {
            throw .usage("\(flag): must be \(ObjectVersion.words)")
        }
        return version
    }

    /// The tenants that are picked out; empty for all.
    var tenants: [String] { arguments.values(of: "--tenant") }

    /// The environments that are picked out; empty for all.
    var environments: [String] { arguments.values(of: "--environment") }

    /// Whether orphans are left out.
    var dropsOrphans: Bool { arguments.isGiven("--drop-orphans") }

    /// Reads the plan, page by page; nothing of the tenants and environments that are not wanted.
    func plan(
        _ console: Console
    ) async throws(CommandFailure) -> (name: String, items: [JSONValue]) {
        var name = arguments.value(of: "--plan")
        var items: [JSONValue] = []
        var cursor: String?
        var seenCount = 0
        repeat {
            var query = QueryText()
            query.add("to", to.text)
            query.add("plan", name)
            query.add("tenant", tenants.count == 1 ? tenants[0] : nil)
            query.add("environment", environments.count == 1 ? environments[0] : nil)
            query.add("dropOrphans", dropsOrphans ? "true" : nil)
            query.add("limit", "\(Self.pageItemCount)")
            query.add("cursor", cursor)
            let page = try await access.ask("GET", path + query.text)
            name = page["plan"]?.string ?? name
            let found = page["items"]?.array ?? []
            seenCount += found.count
            console.showProgress("\(seenCount) configs planned")
            items += found.filter(isWanted)
            cursor = page["nextCursor"]?.string
        } while cursor != nil
        console.showProgress("")
        return (name ?? "", items)
    }

    private func isWanted(_ item: JSONValue) -> Bool {
        (tenants.isEmpty || tenants.contains(item["tenantId"]?.string ?? ""))
            && (environments.isEmpty || environments.contains(item["environment"]?.string ?? ""))
    }

    /// Sends one page of a run.
    func run(
        _ body: JSONObject,
        isDryRun: Bool,
        after cursor: String?
    ) async throws(CommandFailure) -> APIClient.Answer {
        var query = QueryText()
        query.add("dryRun", isDryRun ? "true" : nil)
        query.add("limit", "\(Self.pageItemCount)")
        query.add("cursor", cursor)
        return try await access.send("POST", path + query.text, body: .json(.object(body)))
    }
}
