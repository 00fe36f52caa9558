public import JSON
public import Model
public import Platform

/// An issuer whose tokens are taken, as the operator describes it.
public struct TokenIssuer: Sendable, Hashable {
    /// Where its keys are.
    public enum KeyPlace: Sendable, Hashable {
        /// In a file.
        case file(String)
        /// At a URL.
        case url(String)
    }

    /// The most issuers.
    public static let countMax = 32
    /// The longest name of an issuer, in bytes.
    public static let nameByteCountMax = 512
    /// The clock's faults that can be allowed, in seconds.
    public static let clockSkewSeconds = 0...300
    /// The lifetimes that can be allowed, in seconds; at most 30 days.
    public static let lifetimeSeconds = 60...2_592_000
    /// How long keys at a URL may be used before they are read again, in seconds.
    public static let refreshSeconds = 10...86_400
    /// How long keys at a URL may be used that could not be read again, in seconds.
    public static let staleSeconds = 60...604_800

    /// The `iss` of its tokens, to the letter.
    public let name: String
    /// Whom its tokens must be for: one of these.
    public let audiences: Set<String>
    /// What it signs by.
    public let algorithms: Set<SignatureAlgorithm>
    /// Where its keys are.
    public let keys: KeyPlace
    /// By how much its clock may be wrong.
    public let clockSkew: Duration
    /// How long a token may be good for at most.
    public let lifetimeMax: Duration
    /// The `typ` of its tokens; nil for the usual ones.
    public let type: String?
    /// After how long keys at a URL are read again.
    public let refresh: Duration
    /// How long keys are used that could not be read again.
    public let staleMax: Duration
    /// What its tokens let their bearers do.
    public let grants: ClaimMapping
    /// The object that it was read of.
    public let json: JSONValue
}

extension TokenIssuer {
    private static let members: Set<String> = [
        "issuer", "audience", "algorithms", "jwksFile", "jwksUrl", "clockSkewSeconds",
        "lifetimeSeconds", "typ", "refreshSeconds", "staleSeconds", "tenant", "roles", "rolesMax",
        "environments", "workflows",
    ]

    /// Reads an issuer's object of the settings.
    ///
    /// - Throws: `InvalidDocument` with every error found, each with its place.
    public init(_ json: JSONValue) throws(InvalidDocument) {
        let issues = IssueList(scansForSecrets: false)
        let reader = ObjectReader(json, at: .root, issues: issues, members: Self.members)
        let name = reader.string("issuer", byteCountMax: Self.nameByteCountMax) ?? ""
        if name.isEmpty {
            reader.error(.missingField, "issuer", "is required: the iss of its tokens")
        }
        let algorithms = reader.algorithms
        let seconds = { (key: String, range: ClosedRange<Int>, initial: Int) -> Duration in
            .seconds(reader.integer(key, in: range) ?? initial)
        }
        self.name = name
        audiences = Set(reader.audiences)
        self.algorithms = Set(algorithms)
        keys = reader.keyPlace
        clockSkew = seconds("clockSkewSeconds", Self.clockSkewSeconds, 60)
        lifetimeMax = seconds("lifetimeSeconds", Self.lifetimeSeconds, 86_400)
        type = reader.string("typ", byteCountMax: 64)
        refresh = seconds("refreshSeconds", Self.refreshSeconds, 300)
        staleMax = seconds("staleSeconds", Self.staleSeconds, 3600)
        if staleMax < refresh {
            reader.error(.invalidValue, "staleSeconds", "must not be less than refreshSeconds")
        }
        grants = ClaimMapping(reader)
        self.json = json
        try issues.throwErrors()
    }
}

extension ObjectReader {
    fileprivate var audiences: [String] {
        if let text = value("audience")?.string, (1...512).contains(text.utf8.count) {
            return [text]
        }
        let audiences = strings("audience", countMax: 16, byteCountMax: 512) ?? []
        if audiences.isEmpty {
            error(.missingField, "audience", "is required: a text, or an array of 1 to 16")
        }
        return audiences
    }

    fileprivate var algorithms: [SignatureAlgorithm] {
        let words = SignatureAlgorithm.allCases.map(\.rawValue).joined(separator: ", ")
        let algorithms =
            list("algorithms", countMax: 3) { value, place -> SignatureAlgorithm? in
                guard let known = value.string.flatMap(SignatureAlgorithm.init) else {
                    issues.error(.invalidValue, at: place, "must be one of \(words)")
                    return nil
                }
                return known
            } ?? []
        if algorithms.isEmpty {
            error(.missingField, "algorithms", "is required: an array of some of \(words)")
        }
        return algorithms
    }

    fileprivate var keyPlace: TokenIssuer.KeyPlace {
        let file = string("jwksFile")
        let url = string("jwksUrl", byteCountMax: 2048)
        if let file, url == nil, !file.isEmpty, !file.utf8.contains(0) { return .file(file) }
        if let url, file == nil {
            if KeyAddress.isGood(url) { return .url(url) }
            error(.invalidValue, "jwksUrl", KeyAddress.rule)
        } else {
            error(.missingField, "jwksFile", "is required, or jwksUrl, and not both")
        }
        return .file("")
    }
}
