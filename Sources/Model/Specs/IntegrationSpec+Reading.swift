public import JSON

extension IntegrationSpec {
    /// The most capabilities, operations and auth methods of one spec.
    public static let partCountMax = 500

    private static let members: Set<String> = [
        "meta", "supportedModes", "capabilities", "configSchema", "secretSchema", "auth",
        "transport", "operations", "healthCheck", "constraints", "versionPolicy", "byokSetup",
        "docsUrl", "deprecated", "description", "metadata", "revision",
    ]
    private static let metaMembers: Set<String> = [
        "key", "version", "category", "title", "description", "owners", "tags", "stability",
        "createdAt", "updatedAt", "metadata",
    ]

    /// Reads a spec; `id` is what the path says, and the body's own key and version must agree.
    ///
    /// Without a path they stand in the body.
    ///
    /// - Throws: `InvalidDocument` with every error found.
    public init(_ json: JSONValue, id: SpecID?) throws(InvalidDocument) {
        let issues = IssueList()
        let spec = Self(reading: json, id: id, issues: issues)
        try issues.throwErrors()
        self = spec
    }

    /// Reads a spec, whose id is in its body when the path does not say it (a file, an apply set).
    public init(reading json: JSONValue, id: SpecID?, issues: IssueList) {
        let reader = ObjectReader(json, at: .root, issues: issues, members: Self.members)
        let meta = reader.requiredNested("meta", members: Self.metaMembers)
        let id = PathMember.spec(meta, id: id)
        self.id = id
        self.category = meta.requiredIdentifier("category", as: CategoryName.self)
        Self.checkTexts(reader, meta)
        self.supportedModes = Self.modes(reader) ?? OwnershipMode.allCases
        let capabilities = reader.requiredNested("capabilities", members: ["provides", "requires"])
        self.provides = Self.provides(capabilities)
        self.configSchema = Self.schema("configSchema", reader)
        let secretSchema = Self.schema("secretSchema", reader)
        self.secretFields = Set(secretSchema?.source["properties"]?.object?.keys ?? [])
        self.auth = AuthMethod.read(reader, secretFields: secretFields)
        self.transport = Transport.read(reader)
        let operations =
            reader.map("operations", keyedBy: OperationID.self, countMax: Self.partCountMax) {
                Operation(id: $0, reading: $1, at: $2, issues: issues)
            } ?? []
        self.operations = Dictionary(operations.map { ($0.id, $0) }) { first, _ in first }
        self.healthCheck = HealthCheck.read(reader)
        self.byokSetup = ByokSetup.read(reader)
        self.constraints = Constraints.read(reader, "constraints")
        self.versionPolicy = VersionPolicy.read(reader)
        self.deprecation = Deprecation(reader)
        var object = reader.object
        object["revision"] = nil
        deprecation?.normalize(&object)
        object["meta"] = .object(meta.withoutStamps(["key": id.key.text], version: id.version))
        self.document = StoredDocument(object)
        checkReferences(reader)
    }

    private static func checkTexts(_ reader: ObjectReader, _ meta: ObjectReader) {
        _ = meta.string("title", byteCountMax: 256)
        _ = meta.string("description")
        _ = meta.strings("owners", countMax: 50)
        _ = meta.strings("tags", countMax: 50)
        _ = meta.string("stability", byteCountMax: 64)
        _ = meta.freeObject("metadata")
        _ = reader.string("docsUrl", byteCountMax: 2048)
        _ = reader.string("description")
        _ = reader.freeObject("metadata")
    }

    private static func modes(_ reader: ObjectReader) -> [OwnershipMode]? {
        reader.list("supportedModes", countMax: 10) { value, place in
            guard let mode = value.string.flatMap(OwnershipMode.init(rawValue:)) else {
                reader.issues.error(.invalidValue, at: place, "must be managed or byok")
                return nil
            }
            return mode
        }
    }

    private static func provides(_ reader: ObjectReader) -> [Provision] {
        var seen: Set<String> = []
        let members: Set<String> = ["key", "version", "operation", "description", "metadata"]
        _ = CapabilityRequirement.list(reader, "requires")
        let provides = reader.list("provides", countMax: partCountMax) { value, place in
            let item = ObjectReader(value, at: place, issues: reader.issues, members: members)
            let key = item.requiredIdentifier("key", as: CapabilityKey.self)
            let version = item.version("version") ?? .integer(1)
            let operation = item.identifier("operation", as: OperationID.self)
            if !seen.insert("\(key.text)@\(version.text)").inserted {
                reader.issues.error(.duplicateCapability, at: place, "is provided twice")
            }
            return Provision(
                capability: key,
                version: version,
                operation: operation ?? OperationID(checked: key.text)
            )
        }
        return provides ?? []
    }

    private static func schema(_ key: String, _ reader: ObjectReader) -> Schema? {
        guard let holder = reader.nested(key, members: ["schema", "example"]),
            let source = holder.value("schema")
        else { return nil }
        do {
            return try Schema(compiling: source, at: holder.place("schema"))
        } catch {
            reader.issues.error(.invalidSchema, at: error.pointer, error.detail)
            return nil
        }
    }

    /// What a capability or the health check names must be among the operations.
    private func checkReferences(_ reader: ObjectReader) {
        let known = operations.keys.map(\.text)
        func check(_ operation: OperationID, at place: JSONPointer) {
            guard operations[operation] == nil else { return }
            reader.issues.error(
                .unknownOperation,
                at: place,
                "there is no operation \(operation.text) in this spec",
                suggestion: Spelling.nearest(to: operation.text, in: known)
                    .map { "did you mean \($0)?" }
            )
        }
        let provided = reader.place("capabilities").appending("provides")
        for (index, provision) in provides.enumerated() {
            check(provision.operation, at: provided.appending(index).appending("operation"))
        }
        if let healthCheck {
            check(healthCheck.operation, at: reader.place("healthCheck").appending("operation"))
        }
        if let byokSetup {
            let place = reader.place("byokSetup").appending("validationOperation")
            check(byokSetup.validationOperation, at: place)
        }
        if !operations.isEmpty, transport == nil {
            reader.error(.missingField, "transport", "is required where operations are")
        }
    }
}
