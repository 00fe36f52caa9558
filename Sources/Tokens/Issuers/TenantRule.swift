import JSON
import Model

/// Which tenant a token is of; the platform's only where the settings say so.
enum TenantRule: Sendable, Hashable {
    /// Of none: its bearers are the platform's.
    case platform
    /// Of this one, whatever it claims.
    case value(TenantID)
    /// Of the one that a claim names.
    case claim(JSONPointer)
    /// Of the one that stands for a claim's value; nil is the platform.
    case map(JSONPointer, [String: TenantID?])

    private static let members: Set<String> = ["value", "platform", "claim", "map"]
    private static let words =
        #"must be {"value": TENANT}, {"claim": POINTER}, perhaps with "map", or {"platform": true}"#

    init(_ reader: ObjectReader) {
        self = .claim(.root)
        guard let rule = reader.nested("tenant", members: Self.members) else {
            reader.error(.missingField, "tenant", Self.words)
            return
        }
        let object = rule.object
        if object.count == 1, object["platform"] == .bool(true) {
            self = .platform
        } else if object.count == 1, let tenant = rule.identifier("value", as: TenantID.self) {
            self = .value(tenant)
        } else if let claim = rule.claimPointer, object["value"] == nil, object["platform"] == nil {
            self =
                rule.freeObject("map").map { .map(claim, Self.tenants($0, rule)) } ?? .claim(claim)
        } else {
            reader.error(.invalidValue, "tenant", Self.words)
        }
    }

    private static func tenants(
        _ map: JSONObject,
        _ rule: ObjectReader
    ) -> [String: TenantID?] {
        var tenants: [String: TenantID?] = [:]
        if map.count > ClaimLimits.mapCountMax {
            rule.error(
                .limitExceeded,
                "map",
                "must hold at most \(ClaimLimits.mapCountMax) members"
            )
        }
        for member in map.prefix(ClaimLimits.mapCountMax) {
            if member.value.isNull {
                tenants.updateValue(nil, forKey: member.key)
            } else if let tenant = member.value.string.flatMap({ TenantID($0) }) {
                tenants.updateValue(tenant, forKey: member.key)
            } else {
                rule.issues.error(
                    .invalidIdentifier,
                    at: rule.place("map").appending(member.key),
                    "must be a tenant, or null for the platform"
                )
            }
        }
        return tenants
    }

    /// The tenant of a token; nil for the platform.
    func tenant(_ claims: JSONValue) throws(TokenDefect) -> TenantID? {
        switch self {
        case .platform: return nil
        case .value(let tenant): return tenant
        case .claim(let pointer):
            guard let tenant = claims.at(pointer)?.string.flatMap({ TenantID($0) }) else {
                throw .noTenant
            }
            return tenant
        case .map(let pointer, let tenants):
            guard let text = claims.at(pointer)?.string, let tenant = tenants[text] else {
                throw .noTenant
            }
            return tenant
        }
    }
}
