/// Which references to secrets a tenant's connections may name: an operator's list of such rules keeps
/// tenants that share one secret store out of each other's secrets.
///
/// The text is a reference in which `{tenant}` stands for the tenant's id and `*` for any run of
/// characters, such as `vault://integrations/{tenant}/*`.
public struct SecretReferenceRule: Sendable, Hashable {
    /// The largest rule, in UTF-8 bytes.
    public static let byteCountMax = 512
    /// The rule of rules in words, for errors.
    public static let words =
        "<scheme>://<path> with {tenant} in it, * for any characters, at most 512 bytes"

    /// The rule as it was written.
    public let text: String

    /// Reads a rule; nil when its scheme is unknown, or it does not name the tenant and so would let
    /// one tenant reach another's secrets.
    public init?(_ text: String) {
        guard text.utf8.count <= Self.byteCountMax, text.firstRange(of: "{tenant}") != nil,
            let colon = text.firstRange(of: "://"),
            SecretReference.Scheme(rawValue: String(text[..<colon.lowerBound])) != nil,
            text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { return nil }
        self.text = text
    }

    /// Whether the rule lets the tenant name the reference.
    ///
    /// - Complexity: O(rule × reference) at worst, both bounded.
    public func allows(_ reference: SecretReference, of tenant: TenantID) -> Bool {
        var pattern: [UInt8] = []
        var rest = text[...]
        while let place = rest.firstRange(of: "{tenant}") {
            pattern += rest[..<place.lowerBound].utf8
            pattern += tenant.text.utf8
            rest = rest[place.upperBound...]
        }
        return Self.matches(pattern + rest.utf8, Array(reference.text.utf8))
    }

    private static func matches(_ pattern: [UInt8], _ text: [UInt8]) -> Bool {
        let star = UInt8(ascii: "*")
        var (at, position, starAt, resume) = (0, 0, -1, 0)
        while position < text.count {
            if at < pattern.count, pattern[at] == star {
                (starAt, resume) = (at, position)
                at += 1
            } else if at < pattern.count, pattern[at] == text[position] {
                at += 1
                position += 1
            } else if starAt >= 0 {
                resume += 1
                (at, position) = (starAt + 1, resume)
            } else {
                return false
            }
        }
        return pattern[at...].allSatisfy { $0 == star }
    }
}
