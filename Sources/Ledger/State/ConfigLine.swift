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
    /// The steps, oldest first.
    public internal(set) var history: [ConfigTransition] = []

    /// A line without versions.
    public init() {}

    /// The published version.
    public var published: Stored<ConfigVersion>? {
        versions.values.first { $0.value.status == .published }
    }

    /// The newest preview, when it is newer than what is published.
    public var newerPreview: Stored<ConfigVersion>? {
        let newest = versions.values.filter { $0.value.status == .preview }
            .max { $0.value.number < $1.value.number }
        guard let newest else { return nil }
        return newest.value.number > (published?.value.number ?? 0) ? newest : nil
    }

    /// The live version (API section 5, rule 1): a newer preview goes first outside production.
    public func live(in tier: Environment.Tier) -> Stored<ConfigVersion>? {
        tier == .nonproduction ? newerPreview ?? published : published
    }

    /// What may be live in some tier: what a connection in use is bound by.
    public var liveVersions: [Stored<ConfigVersion>] {
        [published, newerPreview].compactMap { $0 }
    }
}
