import JSON

/// Members of `meta` that repeat what the path says: they may be left out, and must agree when
/// present (API section 2).
enum PathMember {
    /// The value of the path, checked against the body's; the body's when the path says nothing.
    static func identifier<Noun>(
        _ meta: ObjectReader,
        _ key: String,
        path: Identifier<Noun>?
    ) -> Identifier<Noun> {
        guard let path else { return meta.requiredIdentifier(key, as: Identifier<Noun>.self) }
        if let given = meta.identifier(key, as: Identifier<Noun>.self), given != path {
            mismatch(meta, key, path.text)
        }
        return path
    }

    /// Likewise a version.
    static func version(_ meta: ObjectReader, _ key: String, path: ObjectVersion?) -> ObjectVersion
    {
        guard let path else { return meta.requiredVersion(key) }
        if let given = meta.version(key), given != path { mismatch(meta, key, path.text) }
        return path
    }

    private static func mismatch(_ meta: ObjectReader, _ key: String, _ path: String) {
        meta.error(.pathMismatch, key, "must agree with the path, which says \(path)")
    }

    /// Key and version of a spec.
    static func spec(_ meta: ObjectReader, id: SpecID?) -> SpecID {
        SpecID(
            key: identifier(meta, "key", path: id?.key),
            version: version(meta, "version", path: id?.version)
        )
    }
}

extension ObjectReader {
    /// The object without what the server writes itself, and with the names that the path says.
    func withoutStamps(_ names: [String: String], version: ObjectVersion? = nil) -> JSONObject {
        var meta: JSONObject = [:]
        for (key, value) in names.sorted(by: { $0.key < $1.key }) { meta[key] = .string(value) }
        if let version { meta["version"] = version.json }
        for member in object where member.key != "createdAt" && member.key != "updatedAt" {
            if names[member.key] == nil, !(member.key == "version" && version != nil) {
                meta[member.key] = member.value
            }
        }
        return meta
    }
}
