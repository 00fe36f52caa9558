import JSON
import Model

/// What an issuer's tokens let their bearers do, by what they claim.
///
/// What is not mapped gives nothing. A claim's value counts for what it says to the letter only
/// where that is an exact name; whatever reaches further (all environments, a pattern of workflows,
/// the platform) stands in the settings.
public struct ClaimMapping: Sendable, Hashable {
    let tenant: TenantRule
    let roles: ClaimRule<Role>
    let rolesMax: Set<Role>
    let environments: ClaimRule<EnvironmentReach>
    let workflows: ClaimRule<Pattern>

    /// Reads the members of an issuer's object.
    init(_ reader: ObjectReader) {
        tenant = TenantRule(reader)
        roles = ClaimRule(reader, "roles", "a role") { $0.string.flatMap(Role.init) }
        environments = ClaimRule(reader, "environments", "an environment's name, or *") {
            $0.string.flatMap(EnvironmentReach.init)
        }
        workflows = ClaimRule(reader, "workflows", "a pattern of workflows") {
            $0.string.flatMap(Pattern.init)
        }
        let roles = Role.allCases.map(\.rawValue).joined(separator: ", ")
        let most =
            reader.list("rolesMax", countMax: 10) { value, place -> Role? in
                let role = value.string.flatMap(Role.init)
                if role == nil {
                    reader.issues.error(.invalidValue, at: place, "must be one of \(roles)")
                }
                return role
            } ?? []
        rolesMax = Set(most)
        if reader.value("rolesMax") == nil {
            reader.error(.missingField, "rolesMax", "is required: the roles that it may give")
        }
        if let beyond = self.roles.named.first(where: { !most.contains($0) }) {
            reader.error(.invalidValue, "roles", "names \(beyond.rawValue), beyond rolesMax")
        }
    }

    /// What a token's claims come to.
    func grant(
        _ claims: JSONObject,
        _ origin: TokenGrant.Origin
    ) throws(TokenDefect) -> TokenGrant {
        let claims = JSONValue.object(claims)
        let tenant = try tenant.tenant(claims)
        var roles = Set(roles.values(claims) { Role(rawValue: $0) })
        roles.formIntersection(rolesMax)
        if tenant != nil { roles.remove(.platformAdmin) }
        let environments = environments.values(claims) { text in
            EnvironmentName(text).map { .one($0) }
        }
        return TokenGrant(
            origin: origin,
            tenant: tenant,
            roles: roles,
            environments: environments.contains(.all) ? nil : environments.compactMap(\.name),
            workflows: workflows.values(claims) { text in
                WorkflowName(text).flatMap { Pattern($0.text) }
            }
        )
    }
}

/// An environment that a bearer may act in, or all of them.
enum EnvironmentReach: Sendable, Hashable {
    case all
    case one(EnvironmentName)

    init?(_ text: String) {
        if text == "*" {
            self = .all
        } else {
            guard let name = EnvironmentName(text) else { return nil }
            self = .one(name)
        }
    }

    var name: EnvironmentName? {
        guard case .one(let name) = self else { return nil }
        return name
    }
}
