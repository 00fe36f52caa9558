import JSON

/// When and for what a version of a spec or of a blueprint is given up.
///
/// It is the one part of a version that may change while the version is used.
public struct Deprecation: Sendable, Hashable {
    /// The member of a document that says it.
    public static let member = "deprecated"

    /// Since when; as written.
    public let since: String?
    /// From when on it may be gone; as written.
    public let sunset: String?
    /// What to use instead, such as `payments.stripe@2`.
    public let use: String?

    /// Reads it from a document; nil when the document says nothing of it.
    init?(_ reader: ObjectReader) {
        let members: Set<String> = ["since", "sunset", "use", "reason"]
        guard let nested = reader.nested(Self.member, members: members) else { return nil }
        _ = nested.timestamp("since")
        _ = nested.timestamp("sunset")
        _ = nested.string("reason")
        since = nested.value("since")?.string
        sunset = nested.value("sunset")?.string
        use = nested.string("use", byteCountMax: 256)
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
