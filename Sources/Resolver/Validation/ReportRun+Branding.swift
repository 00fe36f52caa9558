import JSON
import Model

extension ReportRun {
    /// The tenant's own branding: its domain and its assets.
    mutating func checkBranding() {
        guard let branding = table.config.branding else { return }
        let place = JSONPointer.root.appending("branding")
        if let domain = branding["customDomain"]?.string {
            check(domain, place.appending("customDomain"))
        }
        for (index, asset) in (branding["assets"]?.array ?? []).enumerated() {
            guard let url = asset["url"]?.string else { continue }
            let type = asset["type"]?.string ?? ""
            check(url, type, place.appending("assets").appending(index).appending("url"))
        }
    }

    private mutating func check(_ domain: String, _ place: JSONPointer) {
        guard DomainName.isValid(domain) else {
            draft.add(
                .error,
                .invalidDomain,
                at: place,
                "is no domain: \(DomainName.words)",
                suggestion: "write the host alone, such as billing.example.com"
            )
            return
        }
        guard surroundings.isDomainTaken(domain.lowercased()) else { return }
        draft.add(
            .error,
            .duplicateDomain,
            at: place,
            "another live config has the domain \(domain.lowercased())",
            suggestion: "choose another domain, or take it out of the other config first"
        )
    }

    private mutating func check(_ url: String, _ type: String, _ place: JSONPointer) {
        guard let asset = AssetURL(url) else {
            draft.add(
                .error,
                .insecureAssetURL,
                at: place,
                "must be an https URL with a host, and without a user or spaces in it",
                suggestion: "serve the asset over https and write its whole URL"
            )
            return
        }
        guard let expected = AssetKind(type)?.extensions, let found = asset.pathExtension,
            !expected.contains(found)
        else { return }
        draft.add(
            .warning,
            .unexpectedAssetType,
            at: place,
            "a file .\(found) is no \(type)",
            suggestion: "use one of: \(expected.joined(separator: ", "))"
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
