import JSON
import Model

extension ReportRun {
    /// The branding that the app is served with: the tenant's over the blueprint's.
    mutating func checkBranding() {
        let own = table.config.branding
        let served = Branding.merge(table.blueprint.branding, own)
        if let domain = served["customDomain"]?.string {
            let place = JSONPointer.root.appending("customDomain")
            if let finding = BrandingFinding(domain: domain) ?? taken(domain) {
                add(finding, at: place, isOwn: own?["customDomain"] != nil)
            }
        }
        let assets = served["assets"]?.array ?? []
        // The tenant's stand behind those of the blueprint that are kept.
        let keptCount = assets.count - (own?["assets"]?.array?.count ?? 0)
        for (index, asset) in assets.enumerated() {
            guard let finding = BrandingFinding(asset: asset) else { continue }
            let isOwn = index >= keptCount
            let place = JSONPointer.root.appending("assets")
                .appending(isOwn ? index - keptCount : Self.index(of: asset, in: table.blueprint))
                .appending("url")
            add(finding, at: place, isOwn: isOwn)
        }
    }

    private static func index(of asset: JSONValue, in blueprint: Blueprint) -> Int {
        (blueprint.branding?["assets"]?.array ?? []).firstIndex(of: asset) ?? 0
    }

    private func taken(_ domain: String) -> BrandingFinding? {
        let domain = domain.lowercased()
        guard surroundings.isDomainTaken(domain) else { return nil }
        return BrandingFinding(
            .error,
            .duplicateDomain,
            "another live config has the domain \(domain)",
            suggestion: "choose another domain, or take it out of the other config first"
        )
    }

    /// What the blueprint brings is told at the blueprint's version, since it is no part of the config.
    private mutating func add(
        _ finding: BrandingFinding,
        at place: JSONPointer,
        isOwn: Bool
    ) {
        guard !isOwn else {
            var pointer = JSONPointer.root.appending("branding")
            for token in place.tokens { pointer = pointer.appending(token) }
            return draft.add(
                finding.severity,
                finding.code,
                at: pointer,
                finding.detail,
                suggestion: finding.suggestion
            )
        }
        draft.add(
            finding.severity,
            finding.code,
            at: .root.appending("meta").appending("blueprintVersion"),
            "the blueprint's branding, at \(place.text): \(finding.detail)",
            suggestion: "override it in the config's branding, or use a version of the blueprint"
                + " without it"
        )
    }

    /// Whether a config in production was tried out before.
    mutating func checkTested() {
        guard table.environment.tier == .production else { return }
        guard let isTested else {
            unfinished.insert(.notTestedInSandbox)
            return
        }
        guard !isTested else { return }
        draft.add(
            .warning,
            .notTestedInSandbox,
            at: .root.appending("integrations"),
            "no version in a nonproduction environment binds the same slots alike",
            suggestion: "publish it in a sandbox first, and promote it from there"
        )
    }

    /// Whether a tested config is like this one; nil when the budget does not allow to find out.
    private var isTested: Bool? {
        guard let likeness = ConfigLikeness(table.config, budget, inputs.connection) else {
            return nil
        }
        for tested in surroundings.testedConfigs.prefix(ConfigLikeness.comparisonCountMax)
        where ConfigLikeness.mayEqual(tested, table.config) {
            guard let other = ConfigLikeness(tested, budget, inputs.connection) else { return nil }
            if other == likeness { return true }
        }
        return false
    }
}
