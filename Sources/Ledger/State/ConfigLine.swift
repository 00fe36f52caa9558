public import Model

/// The versions of a tenant's config for one blueprint and environment.
public struct ConfigLine: Sendable {
    /// The most steps kept of a line's history; older ones are in the audit trail.
    public static let historyCountMax = 1000
    /// The most versions of a line; beyond, the oldest that are superseded or archived are dropped.
    public static let versionCountMax = 10_000
    /// The most drafts and previews of a line: what is beyond them can be dropped, so that a version
    /// is published and rolled back at any time.
    public static let unpublishedCountMax = 9000
    /// How many more than those that are too many are dropped at once.
    static let roomCount = 100

    /// The versions, by number.
    public internal(set) var versions = VersionTable()
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
        versions.published.max().flatMap { versions[$0] }
    }

    /// The newest preview, when it is newer than what was published.
    ///
    /// What was published over a preview has taken its place for good: else the archiving of the one
    /// would make the other live again, which nobody has asked for or said yes to.
    public var newerPreview: Stored<ConfigVersion>? {
        let floor = overtaken
        return versions.previews.filter { $0 > floor }.max().flatMap { versions[$0] }
    }

    /// The previews that are newer than what was published, the newest first.
    public var newerPreviews: [Stored<ConfigVersion>] {
        let floor = overtaken
        return versions.previews.filter { $0 > floor }.sorted(by: >).compactMap { versions[$0] }
    }

    /// The number of drafts and previews.
    public var unpublishedCount: Int { versions.draftCount + versions.previews.count }

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
