import Audit
import JSON
import Model
import Platform
import Secrets

/// A stand-in for the secret of a call that is shown and not sent: every field that the request
/// needs, with `AuditRedaction.mark` as its text.
struct SecretMask {
    /// The stand-in; nil for a call that needs no secret.
    let secret: Secret?

    init(_ spec: IntegrationSpec, _ operation: Operation) {
        let named = spec.secretFields.union(spec.auth.flatMap(\.secretFields))
        var fields = JSONValue.object(
            JSONObject(named.sorted().map { ($0, .string(AuditRedaction.mark)) })
        )
        let templates = operation.headers + operation.query + (spec.transport?.headers ?? [])
        for reference in templates.flatMap(\.value.references) where reference.root == .secret {
            fields = Self.setting(reference.path[...], in: fields)
        }
        guard let reference = SecretReference("env://MASK"), fields.object?.isEmpty == false else {
            secret = nil
            return
        }
        do throws(SecretError) {
            secret = try Secret(
                SecretBytes(Array(fields.serializedText.utf8)),
                of: reference,
                declaredFields: named
            )
        } catch {
            // More fields than a secret may have: the request is shown as it would fail.
            secret = nil
        }
    }

    private static func setting(_ path: ArraySlice<String>, in value: JSONValue) -> JSONValue {
        guard let step = path.first else { return .string(AuditRedaction.mark) }
        var object = value.object ?? [:]
        object[step] = setting(path.dropFirst(), in: object[step] ?? .null)
        return .object(object)
    }
}

extension AuthMethod {
    /// The fields of the secret that it needs.
    fileprivate var secretFields: [String] {
        switch self {
        case .bearer(let field): [field]
        case .basic(let user, let password): [user] + (password.map { [$0] } ?? [])
        case .header(_, _, let field), .query(_, _, let field): [field]
        case .awsSigV4(let method): [method.accessKeyIDField, method.secretAccessKeyField]
        // Its token is masked as a whole, and the client behind it is not sent to the provider.
        case .oauth2, .webhookSigning, .declared: []
        }
    }
}
