import JSON

/// Which version of the provider's API a call asks for.
///
/// A spec pins a version, so that a provider's new default changes nothing; a connection may be on
/// another one of those that the spec supports, while its account moves.
public struct VersionPolicy: Sendable, Hashable {
    /// The header that names the version.
    public let header: String
    /// The version that is asked for when the config names none.
    public let pinned: String
    /// The versions that a config may name; the pinned one is among them.
    public let supported: [String]
    /// The member of the config that names a version; nil lets none do so.
    public let configField: String?

    /// The most versions that a spec supports.
    static let versionCountMax = 50

    /// Reads the member `versionPolicy`; nil when absent, and when it names no header.
    ///
    /// It may hold more, for those who read it.
    static func read(_ reader: ObjectReader) -> VersionPolicy? {
        guard let object = reader.freeObject("versionPolicy") else { return nil }
        let policy = ObjectReader(
            .object(object),
            at: reader.place("versionPolicy"),
            issues: reader.issues,
            members: Set(object.keys)
        )
        let header = policy.string("header", byteCountMax: 128)
        let pinned = policy.string("pinned", byteCountMax: 128)
        let supported = policy.strings("supported", countMax: versionCountMax) ?? []
        let field = policy.string("configField", byteCountMax: 128)
        guard let header else { return nil }
        policy.require("pinned")
        if !NamedTemplate.isFieldName(header) {
            policy.error(.invalidValue, "header", "must be the name of a header")
        }
        guard let pinned else { return nil }
        for version in supported + [pinned] where !isVersion(version) {
            policy.error(.invalidValue, "supported", "a version has no space or control character")
        }
        return VersionPolicy(
            header: header,
            pinned: pinned,
            supported: supported.contains(pinned) ? supported : supported + [pinned],
            configField: field
        )
    }

    private static func isVersion(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }
}
