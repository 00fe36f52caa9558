public import JSON

/// How an app looks: a blueprint's defaults, over which the tenant's members go (API section 5).
public enum Branding {
    /// The most assets of one branding.
    public static let assetCountMax = 100

    private static let members: Set<String> = [
        "appName", "appNameKey", "customDomain", "assets", "colorTokens", "description", "metadata",
    ]

    /// Checks the shape of the member `branding`; what its values mean stands in the report.
    static func check(_ reader: ObjectReader) {
        guard let branding = reader.nested("branding", members: members) else { return }
        if branding.value("appName")?.string == nil { checkTexts(branding, "appName") }
        _ = branding.string("appNameKey", byteCountMax: 256)
        _ = branding.string("customDomain", byteCountMax: 1024)
        checkTexts(branding, "colorTokens")
        _ = branding.string("description")
        _ = branding.freeObject("metadata")
        _ = branding.list("assets", countMax: assetCountMax) { value, place -> Void? in
            let asset = ObjectReader(
                value,
                at: place,
                issues: branding.issues,
                members: ["type", "url", "alt", "description", "metadata"]
            )
            asset.require("type")
            asset.require("url")
            _ = asset.string("type", byteCountMax: 64)
            _ = asset.string("url", byteCountMax: 2048)
            return nil
        }
    }

    private static func checkTexts(_ reader: ObjectReader, _ key: String) {
        guard let texts = reader.freeObject(key) else { return }
        for member in texts where member.value.string == nil {
            let place = reader.place(key).appending(member.key)
            reader.issues.error(.wrongType, at: place, "must be a string")
        }
    }

    /// The blueprint's branding with the tenant's over it: objects merge by member, assets by type.
    public static func merge(_ base: JSONObject?, _ own: JSONObject?) -> JSONObject {
        guard let base else { return own ?? [:] }
        guard let own else { return base }
        var result = base
        for member in own {
            if member.key == "assets" {
                result["assets"] = mergeAssets(base["assets"]?.array, member.value.array)
            } else if let lower = base[member.key]?.object, let upper = member.value.object {
                result[member.key] = .object(JSONMerge.merge(lower, upper))
            } else {
                result[member.key] = member.value
            }
        }
        return result
    }

    private static func mergeAssets(_ base: [JSONValue]?, _ own: [JSONValue]?) -> JSONValue {
        let own = own ?? []
        let types = Set(own.compactMap { $0["type"]?.string })
        let kept = (base ?? [])
            .filter { asset in
                asset["type"]?.string.map { !types.contains($0) } ?? true
            }
        return .array(kept + own)
    }
}

/// Puts one object over another (API section 5: later wins, objects merge by member).
public enum JSONMerge {
    /// `upper` over `lower`, at every depth; a null of `upper` stays a null.
    public static func merge(_ lower: JSONObject, _ upper: JSONObject) -> JSONObject {
        var result = lower
        for member in upper {
            if let below = lower[member.key]?.object, let above = member.value.object {
                result[member.key] = .object(merge(below, above))
            } else {
                result[member.key] = member.value
            }
        }
        return result
    }
}
