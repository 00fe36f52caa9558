public import JSON

/// An app's blueprint (seed step 1): which slots it has and which workflows; global, immutable once
/// a tenant's config uses it.
public struct Blueprint: DocumentNoun {
    /// Name and version.
    public let id: BlueprintID
    /// The app.
    public let appID: AppID?
    /// The slots, in the order written.
    public let slots: [Slot]
    /// The aliases under which workflows run, in the order written.
    public let workflows: [WorkflowName]
    /// The branding that configs put theirs over; nil when it brings none.
    public let branding: JSONObject?
    /// Set when it should no longer be used.
    public let deprecation: Deprecation?
    /// The document.
    public let document: StoredDocument

    /// A place that a tenant's connection fills.
    public struct Slot: Sendable, Hashable {
        /// Its name.
        public let id: SlotID
        /// The category that the connection's spec must have.
        public let category: CategoryName
        /// The modes that it allows; empty allows all, with a warning (API section 5).
        public let allowedModes: [OwnershipMode]
        /// Whether the document names modes at all: an absent list allows all without a warning.
        public let namesModes: Bool
        /// What the connection's spec must provide.
        public let capabilities: [CapabilityRequirement]
        /// Whether a config must fill it.
        public let isRequired: Bool
    }

    /// The slot named `id`.
    public func slot(_ id: SlotID) -> Slot? { slots.first { $0.id == id } }
}

/// A capability that a slot needs, in a version or in the highest there is.
public struct CapabilityRequirement: Sendable, Hashable {
    /// The capability.
    public let key: CapabilityKey
    /// The version; nil for the highest that the spec provides.
    public let version: ObjectVersion?

    /// The most capabilities of one slot.
    static let countMax = 200

    /// Reads a list of requirements, each once.
    static func list(_ reader: ObjectReader, _ key: String) -> [CapabilityRequirement] {
        let members: Set<String> = ["key", "name", "version", "description", "optional"]
        let list = reader.list(key, countMax: countMax) { value, place in
            let item = ObjectReader(value, at: place, issues: reader.issues, members: members)
            let spelling = item.value("key") == nil && item.value("name") != nil ? "name" : "key"
            return CapabilityRequirement(
                key: item.requiredIdentifier(spelling, as: CapabilityKey.self),
                version: item.version("version")
            )
        }
        return list ?? []
    }
}

extension Blueprint {
    /// The most slots of one blueprint.
    public static let slotCountMax = 500
    /// The most workflows of one blueprint.
    public static let workflowCountMax = 2000

    private static let members: Set<String> = [
        "meta", "integrationSlots", "workflows", "branding", "description", "metadata", "notes",
        "deprecated", "revision",
    ]

    /// Reads a blueprint; `id` is what the path says, and the body's own must agree.
    ///
    /// Without a path it stands in the body.
    ///
    /// - Throws: `InvalidDocument` with every error found.
    public init(_ json: JSONValue, id: BlueprintID?) throws(InvalidDocument) {
        let issues = IssueList()
        let blueprint = Self(reading: json, id: id, issues: issues)
        try issues.throwErrors()
        self = blueprint
    }

    /// Reads a blueprint, whose id is in its body when the path does not say it.
    public init(reading json: JSONValue, id: BlueprintID?, issues: IssueList) {
        let reader = ObjectReader(json, at: .root, issues: issues, members: Self.members)
        // All that it must hold repeats the path (API section 2).
        let meta = reader.nestedOrEmpty(
            "meta",
            members: [
                "name", "key", "version", "appId", "title", "description", "owners", "tags",
                "createdAt", "updatedAt", "metadata",
            ]
        )
        let spelling = meta.value("name") == nil && meta.value("key") != nil ? "key" : "name"
        if spelling == "name", meta.value("key") != nil {
            meta.error(.invalidValue, "key", "stands beside name: give one of them")
        }
        let id = BlueprintID(
            name: PathMember.identifier(meta, spelling, path: id?.name),
            version: PathMember.version(meta, "version", path: id?.version)
        )
        self.id = id
        self.appID = meta.identifier("appId", as: AppID.self)
        _ = meta.string("title", byteCountMax: 256)
        _ = meta.string("description")
        _ = meta.freeObject("metadata")
        let slots = Self.slots(reader)
        self.slots = slots
        let workflows = Self.workflows(reader)
        self.workflows = workflows.map(\.alias)
        deprecation = Deprecation(reader)
        Branding.check(reader)
        self.branding = reader.value("branding")?.object
        Self.checkTexts(reader)
        var object = reader.object
        object["revision"] = nil
        deprecation?.normalize(&object)
        var metaObject = meta.withoutStamps(["name": id.name.text], version: id.version)
        metaObject["key"] = nil
        object["meta"] = .object(metaObject)
        if object["workflows"] != nil {
            object["workflows"] = .object(JSONObject(workflows.map { ($0.alias.text, $0.json) }))
        }
        self.document = StoredDocument(object)
    }

    static func checkTexts(_ reader: ObjectReader) {
        _ = reader.string("description")
        _ = reader.freeObject("metadata")
        if let notes = reader.value("notes"), notes.string == nil, notes.array == nil {
            reader.error(.wrongType, "notes", "must be a string or an array")
        }
    }

    private static func slots(_ reader: ObjectReader) -> [Slot] {
        var ids: Set<SlotID> = []
        reader.require("integrationSlots")
        let slots = reader.list("integrationSlots", countMax: slotCountMax) { value, place in
            let slot = Slot(reading: value, at: place, issues: reader.issues)
            if !ids.insert(slot.id).inserted {
                let place = place.appending("slotId")
                reader.issues.error(
                    .duplicateSlot,
                    at: place,
                    "the slot \(slot.id.text) stands twice",
                    suggestion: "give one of them another slotId, or remove it"
                )
            }
            return slot
        }
        return slots ?? []
    }

    private static func workflows(
        _ reader: ObjectReader
    ) -> [(alias: WorkflowName, json: JSONValue)] {
        let count = workflowCountMax
        let list = reader.map("workflows", keyedBy: WorkflowName.self, countMax: count) {
            alias,
            value,
            place in
            let item = ObjectReader(
                value,
                at: place,
                issues: reader.issues,
                members: ["name", "key", "version", "description", "metadata"]
            )
            let spelling = item.value("name") == nil && item.value("key") != nil ? "key" : "name"
            let name = item.requiredIdentifier(
                spelling,
                as: Identifier<Noun.WorkflowDefinition>.self
            )
            var object = item.object
            object["key"] = nil
            var pointer: JSONObject = ["name": .string(name.text)]
            if let version = item.version("version") { pointer["version"] = version.json }
            for member in object where pointer[member.key] == nil {
                pointer[member.key] = member.value
            }
            return (alias: alias, json: JSONValue.object(pointer))
        }
        return list ?? []
    }
}

extension Blueprint.Slot {
    /// Reads a slot.
    init(reading json: JSONValue, at pointer: JSONPointer, issues: IssueList) {
        let reader = ObjectReader(
            json,
            at: pointer,
            issues: issues,
            members: [
                "slotId", "requiredCategory", "allowedModes", "requiredCapabilities", "required",
                "description", "title", "metadata",
            ]
        )
        let modes = reader.list("allowedModes", countMax: 10) { value, place -> OwnershipMode? in
            let mode = value.string.flatMap(OwnershipMode.init(rawValue:))
            if mode == nil { issues.error(.invalidValue, at: place, "must be managed or byok") }
            return mode
        }
        let capabilities = CapabilityRequirement.list(reader, "requiredCapabilities")
        var seen: Set<CapabilityKey> = []
        for (index, capability) in capabilities.enumerated()
        where !seen.insert(capability.key).inserted {
            let place = reader.place("requiredCapabilities").appending(index)
            let detail = "the capability \(capability.key.text) is required twice"
            issues.error(.duplicateCapability, at: place, detail)
        }
        self.id = reader.requiredIdentifier("slotId", as: SlotID.self)
        self.category = reader.requiredIdentifier("requiredCategory", as: CategoryName.self)
        self.allowedModes = modes ?? []
        self.namesModes = modes != nil
        self.capabilities = capabilities
        self.isRequired = reader.bool("required") ?? false
        _ = reader.string("description")
        _ = reader.freeObject("metadata")
    }
}
