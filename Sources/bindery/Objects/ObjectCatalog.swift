import Model

/// The kinds of objects that `get` knows: where each is on a server, and which columns its list
/// has.
struct ObjectCatalog: Sendable {
    /// A column of a list: its heading and where its value is in an item.
    struct Column: Sendable {
        let heading: String
        let pointer: String

        init(_ heading: String, _ pointer: String) {
            self.heading = heading
            self.pointer = pointer
        }
    }

    /// Whose the objects are.
    enum Owner: Sendable { case platform, tenant, either }

    /// The word for it on the command line.
    let name: String
    /// Whose the objects are.
    let owner: Owner
    /// The path of the list, behind `/v1` or the tenant's path.
    let list: String
    /// The columns.
    let columns: [Column]

    /// Every kind, in the order of the help.
    static let all = [
        ObjectCatalog(
            name: "tenants",
            owner: .platform,
            list: "/tenants",
            columns: [Column("ID", "/id")]
        ),
        ObjectCatalog(
            name: "specs",
            owner: .platform,
            list: "/specs/integrations",
            columns: [
                Column("KEY", "/meta/key"), Column("VERSION", "/meta/version"),
                Column("CATEGORY", "/meta/category"), Column("TITLE", "/meta/title"),
            ]
        ),
        ObjectCatalog(
            name: "blueprints",
            owner: .platform,
            list: "/specs/blueprints",
            columns: [
                Column("NAME", "/meta/name"), Column("VERSION", "/meta/version"),
                Column("TITLE", "/meta/title"),
            ]
        ),
        ObjectCatalog(
            name: "connections",
            owner: .tenant,
            list: "/connections",
            columns: [
                Column("ID", "/meta/id"), Column("INTEGRATION", "/meta/integrationKey"),
                Column("VERSION", "/meta/integrationVersion"),
                Column("ENVIRONMENT", "/meta/environment"), Column("STATUS", "/status"),
                Column("HEALTH", "/health/status"),
            ]
        ),
        ObjectCatalog(
            name: "configs",
            owner: .tenant,
            list: "/configs",
            columns: [
                Column("BLUEPRINT", "/blueprint"), Column("ENVIRONMENT", "/environment"),
                Column("PUBLISHED", "/publishedVersion"), Column("PREVIEW", "/previewVersion"),
                Column("LATEST", "/latestVersion"),
            ]
        ),
        ObjectCatalog(
            name: "entities",
            owner: .tenant,
            list: "/entities",
            columns: [
                Column("TYPE", "/type"), Column("ID", "/id"), Column("ATTRIBUTES", "/attributes"),
            ]
        ),
        ObjectCatalog(
            name: "policies",
            owner: .either,
            list: "/policies",
            columns: [
                Column("ID", "/id"), Column("EFFECT", "/effect"), Column("ENABLED", "/enabled"),
                Column("DESCRIPTION", "/description"),
            ]
        ),
        ObjectCatalog(
            name: "keys",
            owner: .either,
            list: "/keys",
            columns: [
                Column("ID", "/id"), Column("NAME", "/name"), Column("ROLES", "/roles"),
                Column("STATUS", "/status"), Column("EXPIRES", "/expiresAt"),
            ]
        ),
        ObjectCatalog(
            name: "audit",
            owner: .tenant,
            list: "/audit",
            columns: [
                Column("SEQUENCE", "/sequence"), Column("TIME", "/occurredAt"),
                Column("KIND", "/kind"), Column("ACTION", "/action"),
                Column("OUTCOME", "/outcome"), Column("ACTOR", "/actor/id"),
                Column("RESOURCE", "/resource/id"),
            ]
        ),
    ]

    /// The versions of a config.
    static let versions = ObjectCatalog(
        name: "versions",
        owner: .tenant,
        list: "/versions",
        columns: [
            Column("VERSION", "/meta/version"), Column("STATUS", "/meta/status"),
            Column("BLUEPRINT", "/meta/blueprintVersion"), Column("UPDATED", "/meta/updatedAt"),
        ]
    )

    /// The path of the list.
    ///
    /// - Throws: A usage failure when a tenant is missing, or is one too many.
    func path(_ call: Command.Call) throws(CommandFailure) -> String {
        let tenant = try TenantArgument.path(call)
        switch (owner, tenant) {
        case (.tenant, nil): throw .usage("get \(name): --tenant TENANT says whose")
        case (.platform, .some): throw .usage("get \(name): --tenant: these are of all tenants")
        case (_, let tenant): return (tenant ?? "/v1") + list
        }
    }

    /// The path of an object; of a spec, a blueprint and a config without `@VERSION` that of its
    /// list.
    ///
    /// - Throws: A usage failure when it can't be the name of one.
    func path(of id: String, _ call: Command.Call) throws(CommandFailure) -> String {
        let list = try path(call)
        if name == "entities" {
            let parts = id.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2,
                let key = EntityKey(type: String(parts[0]), id: String(parts[1]))
            else { throw .usage("get entities: '\(id)' must be \(form)") }
            return "\(list)/\(key.text)"
        }
        let parts = id.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        let names = parts[0].split(separator: "/", omittingEmptySubsequences: false)
        let isConfig = name == "configs"
        let hasVersions = isConfig || name == "specs" || name == "blueprints"
        guard names.count == (isConfig ? 2 : 1), hasVersions || parts.count == 1,
            names.allSatisfy({ IdentifierRule.isIdentifier($0.utf8) })
        else { throw .usage("get \(name): '\(id)' must be \(form)") }
        let path = ([list] + names.map(String.init)).joined(separator: "/")
        guard hasVersions else { return path }
        guard parts.count == 2 else { return path + "/versions" }
        return path + "/versions/" + QueryText.encoded(String(parts[1]))
    }

    /// How an object is named.
    private var form: String {
        switch name {
        case "configs": "BLUEPRINT/ENVIRONMENT or BLUEPRINT/ENVIRONMENT@N"
        case "entities": "TYPE/ID: " + EntityKey.words
        case "specs": "KEY or KEY@VERSION"
        case "blueprints": "NAME or NAME@VERSION"
        default: "an ID: " + IdentifierRule.words
        }
    }
}
