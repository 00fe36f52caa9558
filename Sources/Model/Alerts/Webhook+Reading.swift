public import JSON

extension Webhook {
    private static let members: Set<String> = [
        "id", "url", "events", "environments", "connections", "description", "metadata", "status",
        "statusReason",
        "revision", "createdAt", "updatedAt",
    ]
    private static let serverOwned: Set<String> = [
        "statusReason", "revision", "createdAt", "updatedAt",
    ]

    /// Reads a webhook, which has no secrets yet; errors go to `issues`.
    ///
    /// - Parameters:
    ///   - json: The document.
    ///   - id: What the path says, or the id of a webhook whose document may say another.
    ///   - isPath: Whether `id` is the path's, with which the document must agree.
    ///   - issues: Where errors go.
    public init(reading json: JSONValue, id: WebhookID, isPath: Bool, issues: IssueList) {
        let reader = ObjectReader(json, at: .root, issues: issues, members: Self.members)
        let given = reader.identifier("id", as: WebhookID.self)
        if isPath, let given, given != id {
            reader.error(.pathMismatch, "id", "must agree with the path, which says \(id.text)")
        }
        let name = isPath ? id : given ?? id
        let url = Self.url(reader)
        let events = Self.events(reader)
        let environments = Self.environments(reader)
        let connections = Self.connections(reader)
        let status = reader.choice("status", Status.self) ?? .enabled
        _ = reader.string("description")
        _ = reader.freeObject("metadata")
        SecretScan.scan(json, at: .root, issues: issues)
        var object: JSONObject = ["id": .string(name.text)]
        for member in reader.object where !Self.serverOwned.contains(member.key) {
            object[member.key] = member.value
        }
        object["id"] = .string(name.text)
        object["events"] = object["events"] ?? .array([.string("*")])
        object["status"] = .string(status.rawValue)
        self.init(
            id: name,
            url: url,
            events: events,
            environments: environments,
            connections: connections,
            status: status,
            statusReason: nil,
            secrets: [],
            document: StoredDocument(object)
        )
    }

    /// Stands for a URL that could not be read, in a document that is refused.
    private static let noURL: WebhookURL = {
        guard let url = WebhookURL("https://invalid/") else {
            preconditionFailure("the URL of nowhere keeps the rule")
        }
        return url
    }()

    private static func url(_ reader: ObjectReader) -> WebhookURL {
        reader.require("url")
        guard let text = reader.string("url", byteCountMax: WebhookURL.byteCountMax) else {
            return noURL
        }
        guard let url = WebhookURL(text) else {
            reader.error(.invalidValue, "url", WebhookURL.words)
            return noURL
        }
        return url
    }

    /// The types by name, or `*` for all; an absent list means all.
    private static func events(_ reader: ObjectReader) -> Set<AlertType>? {
        let items = reader.value("events")?.array
        if items == [.string("*")] { return nil }
        if items?.isEmpty ?? false {
            reader.error(.invalidValue, "events", "must name a type, or be [\"*\"] for all")
        }
        let events = reader.list("events", countMax: eventCountMax) { value, place -> AlertType? in
            guard let type = value.string.flatMap(AlertType.init(rawValue:)) else {
                let known = AlertType.allCases.map(\.rawValue).joined(separator: ", ")
                let detail = "must be one of \(known); for all the list is [\"*\"]"
                reader.issues.error(.invalidValue, at: place, detail)
                return nil
            }
            return type
        }
        return events.map { Set($0) }
    }

    /// The environments by name; an absent list means all.
    private static func environments(_ reader: ObjectReader) -> [EnvironmentName]? {
        if reader.value("environments")?.array?.isEmpty ?? false {
            let detail = "must name an environment; leave it out for all"
            reader.error(.invalidValue, "environments", detail)
        }
        return reader.identifiers("environments", as: EnvironmentName.self, countMax: 100)
    }

    /// The connections by name, which need not be there yet; an absent list means all.
    private static func connections(_ reader: ObjectReader) -> [ConnectionID]? {
        if reader.value("connections")?.array?.isEmpty ?? false {
            let detail = "must name a connection; leave it out for all"
            reader.error(.invalidValue, "connections", detail)
        }
        return reader.identifiers(
            "connections",
            as: ConnectionID.self,
            countMax: connectionCountMax
        )
    }
}

extension Webhook {
    /// The document with the sealed secrets, for the log.
    public var storedJSON: JSONValue {
        var object = document.object
        object["secrets"] = .array(secrets.map(\.storedJSON))
        return .object(object)
    }

    /// Reads what `storedJSON` wrote; nil when it is something else.
    ///
    /// Types that this version does not know are left out: a webhook for these alone hears nothing.
    public init?(storedJSON json: JSONValue) {
        guard var object = json.object, let id = json["id"]?.string.flatMap(WebhookID.init),
            let url = json["url"]?.string.flatMap(WebhookURL.init),
            let events = json["events"]?.array,
            let status = json["status"]?.string.flatMap(Status.init(rawValue:))
        else { return nil }
        object["secrets"] = nil
        let isForAll = events == [.string("*")]
        self.init(
            id: id,
            url: url,
            events: isForAll
                ? nil : Set(events.compactMap { $0.string.flatMap(AlertType.init(rawValue:)) }),
            environments: json["environments"]?.array?
                .compactMap { $0.string.flatMap(EnvironmentName.init) },
            connections: json["connections"]?.array?
                .compactMap { $0.string.flatMap(ConnectionID.init) },
            status: status,
            statusReason: json["statusReason"]?.string.flatMap(StatusReason.init(rawValue:)),
            secrets: (json["secrets"]?.array ?? []).compactMap(SigningSecret.init(storedJSON:)),
            document: StoredDocument(object)
        )
    }
}
