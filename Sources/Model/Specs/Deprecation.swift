import JSON

/// When and for what a version of a spec or of a blueprint is given up.
///
/// It is the one part of a version that may change while the version is used.
public struct Deprecation: Sendable, Hashable {
    /// The member of a document that says it.
    public static let member = "deprecated"

    /// Since when, in UTC.
    public let since: String?
    /// From when on it may be gone, in UTC.
    public let sunset: String?
    /// What to use instead, such as `payments.stripe@2`.
    public let use: String?

    /// Reads it from a document; nil when the document says nothing of it.
    init?(_ reader: ObjectReader) {
        let members: Set<String> = ["since", "sunset", "use", "reason"]
        guard let nested = reader.nested(Self.member, members: members) else { return nil }
        _ = nested.string("reason")
        since = nested.timestamp("since")?.text
        sunset = nested.timestamp("sunset")?.text
        use = nested.string("use", byteCountMax: 256)
    }

    /// Writes its times in a document as answers do: in UTC.
    func normalize(_ object: inout JSONObject) {
        guard var written = object[Self.member]?.object else { return }
        if let since { written["since"] = .string(since) }
        if let sunset { written["sunset"] = .string(sunset) }
        object[Self.member] = .object(written)
    }

    /// When it may be gone, in words behind "is deprecated"; empty when nothing is said.
    public func words(at now: Timestamp) -> String {
        guard let sunset else { return "" }
        let isPast = Timestamp(sunset).map { $0 <= now } ?? false
        return isPast ? ", and may be gone since \(sunset)" : ", and may be gone from \(sunset) on"
    }

    /// Whether two documents differ in nothing but this.
    public static func isAllThatDiffers(_ one: StoredDocument, _ other: StoredDocument) -> Bool {
        var (left, right) = (one.object, other.object)
        left[member] = nil
        right[member] = nil
        return left == right
    }
}
