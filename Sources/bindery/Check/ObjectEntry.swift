import JSON
import Model

/// The kinds of objects that `apply` takes (API section 10), and the tests of policies that stand
/// beside them.
enum ObjectKind: String, Sendable, CaseIterable {
    case spec = "IntegrationSpec"
    case blueprint = "AppBlueprintSpec"
    case connection = "IntegrationConnection"
    case config = "TenantAppConfig"
    case entity = "Entity"
    case policy = "PolicyRule"
    /// A test of policies, which `check` runs and no server keeps.
    case policyTest = "PolicyTest"

    /// The kind of an object that stands alone, told by a member that no other kind has.
    init?(of object: JSONObject) {
        if object.contains("capabilities") {
            self = .spec
        } else if object.contains("integrationSlots") {
            self = .blueprint
        } else if object.contains("ownershipMode") {
            self = .connection
        } else if object["integrations"]?.array != nil {
            self = .config
        } else if object.contains("effect") {
            self = .policy
        } else if object.contains("given") {
            self = .policyTest
        } else if object.contains("attributes") {
            self = .entity
        } else {
            return nil
        }
    }

    /// Whether such an object belongs to a tenant, always, never, or when it says so.
    var hasTenant: Bool? {
        switch self {
        case .spec, .blueprint: false
        case .connection, .entity, .config: true
        case .policy, .policyTest: nil
        }
    }
}

/// An object in the form of `apply`, `{"kind", "tenantId"?, "object"}`, or alone, as PUT takes it.
struct ObjectEntry: Sendable {
    /// Its kind.
    let kind: ObjectKind
    /// The tenant that the entry names; its object may name it too.
    let tenant: TenantID?
    /// The object.
    let object: JSONValue
    /// Where it stands.
    let place: ObjectPlace

    /// Reads an entry; nil, with errors in `report`, when it is none.
    init?(_ json: JSONValue, at place: ObjectPlace, report: inout CheckReport) {
        if let object = json.object, !object.contains("kind"), let kind = ObjectKind(of: object) {
            self.kind = kind
            self.tenant = nil
            self.object = json
            self.place = ObjectPlace(file: place.file, pointer: place.pointer, objectStep: "")
            return
        }
        if json["kind"] == nil, json["object"] == nil {
            report.error(
                place.text,
                "INVALID_VALUE",
                #"is no object that Bindery keeps: neither {"kind", "object"} nor an object that "#
                    + "tells its kind"
            )
            return nil
        }
        let issues = IssueList()
        let reader = ObjectReader(
            json,
            at: .root,
            issues: issues,
            members: ["kind", "tenantId", "object"]
        )
        let kind = reader.choice("kind", ObjectKind.self)
        let tenant = reader.identifier("tenantId", as: TenantID.self)
        for key in ["kind", "object"] where json.object != nil && reader.value(key) == nil {
            reader.error(.missingField, key, "is required")
        }
        if let kind, kind.hasTenant == false, reader.value("tenantId") != nil {
            reader.error(
                .invalidValue,
                "tenantId",
                "has no place here: a \(kind.rawValue) is global"
            )
        }
        for issue in issues.issues {
            report.error(
                place.inEntry(issue.pointer),
                issue.code.rawValue,
                issue.detail,
                suggestion: issue.suggestion
            )
        }
        guard !issues.hasErrors, let kind, let object = reader.value("object") else { return nil }
        self.kind = kind
        self.tenant = tenant
        self.object = object
        self.place = place
    }
}
