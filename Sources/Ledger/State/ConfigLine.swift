public import Model

/// The versions of a tenant's config for one blueprint and environment.
public struct ConfigLine: Sendable {
    /// The most steps kept of a line's history; older ones are in the audit trail.
    public static let historyCountMax = 1000
    /// The most versions of a line.
    public static let versionCountMax = 10_000

    /// The versions, by number.
    public internal(set) var versions: [Int: Stored<ConfigVersion>] = [:]
    /// The highest number ever given; also of a draft that was deleted.
    public internal(set) var lastNumber = 0
    /// The highest number that was ever published; also of a version that is archived since.
    public internal(set) var lastPublished = 0
    /// The steps, oldest first.
    public internal(set) var history: [ConfigTransition] = []

    /// A line without versions.
    public init() {}

    /// The published version.
    public var published: Stored<ConfigVersion>? {
        versions.values.first { $0.value.status == .published }
    }

    /// The newest preview, when it is newer than what was published.
    ///
    /// What was published over a preview has taken its place for good: else the archiving of the one
    /// would make the other live again, which nobody has asked for or said yes to.
    public var newerPreview: Stored<ConfigVersion>? {
        let floor = overtaken
        return versions.values.lazy
            .filter { $0.value.status == .preview && $0.value.number > floor }
            .max { $0.value.number < $1.value.number }
    }

    /// The previews that are newer than what was published, the newest first.
    public var newerPreviews: [Stored<ConfigVersion>] {
        let floor = overtaken
        return versions.values
            .filter { $0.value.status == .preview && $0.value.number > floor }
            .sorted { $0.value.number > $1.value.number }
    }

    /// The number up to which what was published has taken the place of previews.
    private var overtaken: Int { max(lastPublished, published?.value.number ?? 0) }

    /// The live version (API section 5, rule 1): a newer preview goes first outside production.
    public func live(in tier: Environment.Tier) -> Stored<ConfigVersion>? {
        tier == .nonproduction ? newerPreview ?? published : published
    }

    /// What may be live in some tier: what a connection in use is bound by.
    public var liveVersions: [Stored<ConfigVersion>] {
        [published, newerPreview].compactMap { $0 }
    }
}
