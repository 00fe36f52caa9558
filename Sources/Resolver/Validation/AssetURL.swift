/// The address of an asset that a browser may load on a tenant's page.
struct AssetURL {
    /// The extension of the path's last segment, in lower case; nil when it has none.
    let pathExtension: String?

    /// Reads an `https` URL with a host; nil for anything else.
    ///
    /// A user in front of the host would show a credential to every visitor, so it is refused, and
    /// so are bytes that no URL holds.
    init?(_ text: String) {
        let scheme = "https://"
        guard text.utf8.count > scheme.utf8.count,
            text.prefix(scheme.count).lowercased() == scheme,
            text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !Self.forbidden.contains($0) })
        else { return nil }
        let rest = text.dropFirst(scheme.count)
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard Self.isAuthority(authority) else { return nil }
        let path = rest.dropFirst(authority.count).prefix { $0 != "?" && $0 != "#" }
        let file = path.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
        let parts = file.split(separator: ".", omittingEmptySubsequences: false)
        self.pathExtension = parts.count > 1 ? parts.last.map { $0.lowercased() } : nil
    }

    /// Quotes, angle brackets, the backslash, the caret, the backtick and braces.
    private static let forbidden = Set("\"<>\\^`{|}".utf8)

    /// A host name or an IPv6 address in brackets, and perhaps a port.
    private static func isAuthority(_ text: Substring) -> Bool {
        var host = text
        if let colon = text.lastIndex(of: ":"), !text.hasSuffix("]") {
            let port = text[text.index(after: colon)...]
            guard port.isEmpty || (UInt16(port) ?? 0) > 0 else { return false }
            host = text[..<colon]
        }
        if host.hasPrefix("["), host.hasSuffix("]") {
            let address = host.dropFirst().dropLast()
            return !address.isEmpty
                && address.allSatisfy { $0.isHexDigit || $0 == ":" || $0 == "." }
        }
        guard let first = host.utf8.first, DomainName.isLetterOrDigit(first) else { return false }
        return host.utf8.allSatisfy { DomainName.isLetterOrDigit($0) || $0 == 0x2D || $0 == 0x2E }
    }
}

/// What an asset's type says of the files that fit it.
enum AssetKind {
    case image
    case font
    case stylesheet

    /// Finds the kind by the words of a type, such as `logo` or `logo-dark`; nil for a type of which
    /// nothing is known.
    init?(_ type: String) {
        let words = Set(type.lowercased().split { !$0.isLetter }.map(String.init))
        if !words.isDisjoint(with: Self.fontWords) {
            self = .font
        } else if !words.isDisjoint(with: Self.stylesheetWords) {
            self = .stylesheet
        } else if !words.isDisjoint(with: Self.imageWords) {
            self = .image
        } else {
            return nil
        }
    }

    private static let fontWords: Set = ["font", "fonts", "typeface"]
    private static let stylesheetWords: Set = ["stylesheet", "css"]
    private static let imageWords: Set = [
        "logo", "icon", "favicon", "image", "logotype", "logomark", "background", "banner", "hero",
        "avatar", "wordmark", "illustration", "splash", "thumbnail", "photo", "picture",
    ]

    /// The extensions that fit, in lower case.
    var extensions: [String] {
        switch self {
        case .image: ["svg", "png", "jpg", "jpeg", "webp", "gif", "ico", "avif"]
        case .font: ["woff2", "woff", "ttf", "otf"]
        case .stylesheet: ["css"]
        }
    }
}
