public import JSON

/// What a tenant binds to the slots of a blueprint in one environment, in one version (seed step 3).
///
/// The version's number and status are the store's (`ConfigVersion`): a posted config is a draft
/// whatever it says.
public struct TenantAppConfig: DocumentNoun {
    /// The most bindings of one config.
    public static let bindingCountMax = 10_000

    /// The tenant.
    public let tenant: TenantID
    /// The blueprint, in the version that the config was written for.
    public let blueprint: BlueprintID
    /// The environment.
    public let environment: EnvironmentName
    /// The bindings, in the order written.
    public let bindings: [Binding]
    /// The member `customDomain` of the branding, whatever it holds; nil when the blueprint's counts.
    private let customDomain: JSONValue?
    /// The document, without `meta.version` and `meta.status`.
    public let document: StoredDocument

    /// The line of versions that it belongs to.
    public var line: ConfigLineID {
        ConfigLineID(blueprint: blueprint.name, environment: environment)
    }

    /// The tenant's branding, read from the document at each call.
    public var branding: JSONObject? { document.object["branding"]?.object }

    /// The domain that the app has with the branding of the blueprint below, in small letters.
    public func domain(over blueprint: Blueprint?) -> String? {
        (customDomain ?? blueprint?.branding?["customDomain"])?.string?.lowercased()
    }

    private static let members: Set<String> = [
        "meta", "integrations", "branding", "description", "metadata", "notes", "revision",
    ]
    private static let metaMembers = ConfigVersion.Origin.lineageNames.union([
        "tenantId", "blueprintName", "blueprintKey", "blueprintVersion", "blueprint", "environment",
        "version", "status", "createdAt", "updatedAt",
    ])

    /// Reads a config of `tenant`; the path says its line, nil when only the body does.
    ///
    /// - Parameters:
    ///   - json: The body.
    ///   - tenant: The path's tenant.
    ///   - line: The path's blueprint and environment.
    ///   - latestVersion: The blueprint's highest version, for a body that names none.
    /// - Throws: `InvalidDocument` with every error found.
    public init(
        _ json: JSONValue,
        tenant: TenantID?,
        line: ConfigLineID?,
        latestVersion: (BlueprintName) -> ObjectVersion?
    ) throws(InvalidDocument) {
        let issues = IssueList()
        let config = Self(
            reading: json,
            tenant: tenant,
            line: line,
            latestVersion: latestVersion,
            issues: issues
        )
        try issues.throwErrors()
        self = config
    }

    /// Reads a config; errors go to `issues`.
    public init(
        reading json: JSONValue,
        tenant: TenantID?,
        line: ConfigLineID?,
        latestVersion: (BlueprintName) -> ObjectVersion?,
        issues: IssueList
    ) {
        let reader = ObjectReader(json, at: .root, issues: issues, members: Self.members)
        // All that it must hold repeats the path (API section 2).
        let meta = reader.nestedOrEmpty("meta", members: Self.metaMembers)
        let tenant = PathMember.identifier(meta, "tenantId", path: tenant)
        self.tenant = tenant
        let environment = PathMember.identifier(meta, "environment", path: line?.environment)
        self.environment = environment
        let pointer = Self.blueprint(meta, path: line?.blueprint)
        let version = pointer.version ?? latestVersion(pointer.name)
        if version == nil {
            let detail = "there is no blueprint \(pointer.name.text)"
            meta.error(.blueprintNotFound, "blueprintName", detail)
        }
        let blueprint = BlueprintID(name: pointer.name, version: version ?? .integer(1))
        self.blueprint = blueprint
        let bindings = reader.list("integrations", countMax: Self.bindingCountMax) {
            Binding(reading: $0, at: $1, issues: issues)
        }
        self.bindings = bindings ?? []
        Branding.check(reader)
        self.customDomain = reader.object["branding"]?["customDomain"]
        Blueprint.checkTexts(reader)
        var object = reader.object
        object["revision"] = nil
        if object["integrations"] == nil { object["integrations"] = .array([]) }
        object["meta"] = .object([
            "tenantId": .string(tenant.text), "blueprintName": .string(blueprint.name.text),
            "blueprintVersion": blueprint.version.json, "environment": .string(environment.text),
        ])
        SecretScan.scan(.object(object), at: .root, issues: issues)
        self.document = StoredDocument(object)
    }

    /// The blueprint that the body and the path point to, in either spelling.
    private static func blueprint(
        _ meta: ObjectReader,
        path: BlueprintName?
    ) -> (name: BlueprintName, version: ObjectVersion?) {
        let nested = meta.nested("blueprint", members: ["name", "key", "version"])
        if let nested {
            for other in ["blueprintName", "blueprintKey", "blueprintVersion"] {
                if meta.value(other) != nil {
                    meta.error(.invalidValue, other, "stands beside blueprint: give one of them")
                }
            }
            let spelling =
                nested.value("name") == nil && nested.value("key") != nil ? "key" : "name"
            let name = PathMember.identifier(nested, spelling, path: path)
            return (name, nested.version("version"))
        }
        let isKey = meta.value("blueprintName") == nil && meta.value("blueprintKey") != nil
        let spelling = isKey ? "blueprintKey" : "blueprintName"
        let name = PathMember.identifier(meta, spelling, path: path)
        return (name, meta.version("blueprintVersion"))
    }
}
