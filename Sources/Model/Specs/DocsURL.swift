import JSON

/// The address of a provider's documentation: a reader's browser opens it.
///
/// Consoles make links of it, so that it is `http` or `https`, and never `javascript`.
enum DocsURL {
    /// The rule in words, for errors.
    static let words =
        "must be an http:// or https:// URL of at most \(byteCountMax) bytes of ASCII that names a host, "
        + "without user or password"
    /// The longest, in bytes.
    static let byteCountMax = 2048

    /// Whether the text is such an address.
    static func isGood(_ text: String) -> Bool {
        let scheme = text.prefix { $0 != ":" }.lowercased()
        guard scheme == "https" || scheme == "http", text.utf8.count <= byteCountMax,
            URISyntax.isURI(Array(text.utf8)[...])
        else { return false }
        let rest = text.dropFirst(scheme.count)
        guard rest.hasPrefix("://") else { return false }
        let authority = rest.dropFirst(3).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        return !authority.isEmpty && !authority.hasPrefix(":") && !authority.contains("@")
    }

    /// Refuses every `docsUrl` of a spec, its own and its operations', that is none.
    static func check(in spec: JSONObject, _ issues: IssueList) {
        check(spec["docsUrl"], at: .root, issues)
        for operation in spec["operations"]?.object ?? [:] {
            let place = JSONPointer.root.appending("operations").appending(operation.key)
            check(operation.value["docsUrl"], at: place, issues)
        }
    }

    private static func check(_ value: JSONValue?, at place: JSONPointer, _ issues: IssueList) {
        guard let value, value.string.map(isGood) != true else { return }
        issues.error(.invalidValue, at: place.appending("docsUrl"), words)
    }
}
