import JSON
public import Model

/// What is wrong with a value of a branding, wherever it stands (API section 6).
struct BrandingFinding {
    let severity: Issue.Severity
    let code: Issue.Code
    let detail: String
    let suggestion: String

    init(
        _ severity: Issue.Severity,
        _ code: Issue.Code,
        _ detail: String,
        suggestion: String
    ) {
        self.severity = severity
        self.code = code
        self.detail = detail
        self.suggestion = suggestion
    }

    /// What is wrong with a domain; nil for a domain of the public DNS.
    init?(domain: String) {
        guard !DomainName.isValid(domain) else { return nil }
        self.init(
            .error,
            .invalidDomain,
            "is no domain: \(DomainName.words)",
            suggestion: "write the host alone, such as billing.example.com"
        )
    }

    /// What is wrong with an asset's URL; nil when a browser may load it, and it fits the type.
    init?(asset: JSONValue) {
        guard let url = asset["url"]?.string else { return nil }
        guard let parsed = AssetURL(url) else {
            self.init(
                .error,
                .insecureAssetURL,
                "must be an https URL with a host, and without a user or spaces in it",
                suggestion: "serve the asset over https and write its whole URL"
            )
            return
        }
        let type = asset["type"]?.string ?? ""
        guard let expected = AssetKind(type)?.extensions, let found = parsed.pathExtension,
            !expected.contains(found)
        else { return nil }
        self.init(
            .warning,
            .unexpectedAssetType,
            "a file .\(found) is no \(type)",
            suggestion: "use one of: \(expected.joined(separator: ", "))"
        )
    }
}

extension Blueprint {
    /// Judges the values of the blueprint's branding as a report judges a config's, but for domains
    /// that others have: whether one is taken is decided where a config is live with it.
    public func checkBranding(_ issues: IssueList) {
        let place = JSONPointer.root.appending("branding")
        if let finding = branding?["customDomain"]?.string.flatMap({ BrandingFinding(domain: $0) })
        {
            issues.add(finding, at: place.appending("customDomain"))
        }
        for (index, asset) in (branding?["assets"]?.array ?? []).enumerated() {
            guard let finding = BrandingFinding(asset: asset) else { continue }
            issues.add(finding, at: place.appending("assets").appending(index).appending("url"))
        }
    }
}

extension IssueList {
    fileprivate func add(_ finding: BrandingFinding, at pointer: JSONPointer) {
        add(
            Issue(
                finding.code,
                finding.severity,
                at: pointer,
                finding.detail,
                suggestion: finding.suggestion
            )
        )
    }
}
