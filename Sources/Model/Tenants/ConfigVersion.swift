public import JSON

/// One version of a tenant's config, with where it stands in its life (API section 1).
public struct ConfigVersion: Sendable {
    /// The life of a version.
    public enum Status: String, Sendable, Hashable, CaseIterable {
        /// Being written.
        case draft
        /// Frozen; goes live in a nonproduction environment.
        case preview
        /// Live.
        case published
        /// Was live, until a newer one was.
        case superseded
        /// Put away.
        case archived
    }

    /// Where a version came from, when it was not simply written.
    public enum Origin: Sendable, Hashable {
        /// Made from an older version of the same line.
        case version(Int)
        /// Made from a version of the line of another environment.
        case promotion(from: EnvironmentName, version: Int)
        /// Made by a rollback to an older version.
        case rollback(to: Int)
        /// Made from a version of the same line that was of another version of the blueprint.
        case migration(from: Int, of: ObjectVersion)
    }

    /// The number; it only grows.
    public let number: Int
    /// The content.
    public let config: TenantAppConfig
    /// Where it stands.
    public var status: Status
    /// Where it came from.
    public let origin: Origin?
    /// Whether it was ever in preview.
    public var wasPreviewed: Bool
    /// Who wrote its content; nil in a ledger that did not keep them yet.
    public var authors: ContentAuthors?

    /// A version.
    public init(
        number: Int,
        config: TenantAppConfig,
        status: Status = .draft,
        origin: Origin? = nil,
        wasPreviewed: Bool = false,
        authors: ContentAuthors? = nil
    ) {
        self.number = number
        self.config = config
        self.status = status
        self.origin = origin
        self.wasPreviewed = wasPreviewed
        self.authors = authors
    }

    /// The same version with other content; for drafts only.
    ///
    /// What was looked at elsewhere was the content before: the new one has that origin no more.
    public func replacing(_ config: TenantAppConfig, authors: ContentAuthors) -> ConfigVersion {
        ConfigVersion(
            number: number,
            config: config,
            status: status,
            origin: origin?.isReviewed == true ? nil : origin,
            wasPreviewed: wasPreviewed,
            authors: authors
        )
    }
}

extension ConfigVersion.Origin {
    /// Whether a version of this origin was looked at before: elsewhere, or when it was live.
    public var isReviewed: Bool {
        switch self {
        case .promotion, .rollback: true
        case .version, .migration: false
        }
    }
}

extension Stored<ConfigVersion> {
    /// The config as the API writes it, with the server-owned members.
    public var json: JSONObject {
        var object = stamped(value.config.document)
        var meta = object["meta"]?.object ?? [:]
        meta["version"] = .integer(Int64(value.number))
        meta["status"] = .string(value.status.rawValue)
        if let lineage = value.origin?.lineage { meta[lineage.name] = lineage.value }
        object["meta"] = .object(meta)
        return object
    }
}

/// A step in a version's life, for its line's history.
public struct ConfigTransition: Sendable, Hashable {
    /// The version.
    public let version: Int
    /// Where it stood; nil when it was made.
    public let from: ConfigVersion.Status?
    /// Where it stands since; nil when it was deleted.
    public let to: ConfigVersion.Status?
    /// Who did it: a credential's id.
    public let actor: String
    /// When.
    public let at: Timestamp
    /// Why.
    public let reason: String?
    /// Why it was taken without the approvals that were wanted; nil when they were there.
    public let breakGlass: String?
    /// Where the version came from, of the step that made it; nil when it was simply written.
    public let origin: ConfigVersion.Origin?

    /// A step.
    public init(
        version: Int,
        from: ConfigVersion.Status?,
        to: ConfigVersion.Status?,
        actor: String,
        at: Timestamp,
        reason: String?,
        breakGlass: String? = nil,
        origin: ConfigVersion.Origin? = nil
    ) {
        self.version = version
        self.from = from
        self.to = to
        self.actor = actor
        self.at = at
        self.reason = reason
        self.breakGlass = breakGlass
        self.origin = origin
    }

    /// The step as the API writes it.
    public var json: JSONValue {
        var object: JSONObject = [
            "version": .integer(Int64(version)),
            "from": from.map { .string($0.rawValue) } ?? .null,
            "to": to.map { .string($0.rawValue) } ?? .null,
            "actor": .string(actor), "at": .string(at.text),
            "reason": reason.map { .string($0) } ?? .null,
        ]
        object["breakGlass"] = breakGlass.map { .string($0) }
        if let lineage = origin?.lineage { object[lineage.name] = lineage.value }
        return .object(object)
    }
}
