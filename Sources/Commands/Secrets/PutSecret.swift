public import JSON
import Ledger
public import Model
import Platform
import Secrets

/// Makes a secret in Bindery's own store, or gives it another value.
public struct PutSecret: Sendable {
    /// The tenant.
    public let scope: TenantScope
    /// The secret's name.
    public let name: SecretName
    /// The body: `value`, and nothing else.
    public let body: JSONValue

    /// A request.
    public init(scope: TenantScope, name: SecretName, body: JSONValue) {
        self.scope = scope
        self.name = name
        self.body = body
    }

    /// Carries it out; answers and records everything but the value.
    ///
    /// - Throws: What is wrong with the body, without a word of it; `TOO_MANY_SECRETS`;
    ///   `SECRET_STORE_NOT_CONFIGURED` without a master key.
    public func run(_ context: CommandContext) async throws(CommandError) -> CommandAnswer {
        let store = try context.services.localStore()
        try Self.check(context.caller)
        try TokenSecretName.checkFree(name)
        let value = try Self.value(of: body)
        let seal: SealedSecret.Seal
        do throws(SecretWriteError) {
            // Before the plan, which others wait for.
            seal = try await store.seal(value, name, of: scope.tenant)
        } catch {
            throw CommandError(error)
        }
        return try await context.write(Self.subject("secret.put", scope, name)) {
            (state, stamp) throws(CommandError) in
            let existing = scope.read(state).secrets[name]
            try context.precondition.check(existing?.version)
            let secret = try Self.secret(seal, name, scope.tenant, state, stamp)
            let written = Written(
                kind: existing == nil ? .created : .done,
                object: secret.metadata,
                revision: secret.version,
                location: existing == nil ? "\(scope.path)/secrets/\(name.text)" : nil,
                before: existing?.metadata
            )
            return Ledger.Plan([.putSecret(scope.tenant, secret)], answer: written)
        }
    }

    private static func secret(
        _ seal: SealedSecret.Seal,
        _ name: SecretName,
        _ tenant: TenantID,
        _ state: State,
        _ stamp: Ledger.Stamp
    ) throws(CommandError) -> SealedSecret {
        do throws(SecretWriteError) {
            return try SecretPlan(tenant: tenant, name: name, expecting: .anything)
                .secret(seal, on: state, stamp)
        } catch {
            throw CommandError(error)
        }
    }

    /// What a write of a secret is about.
    static func subject(_ action: String, _ scope: TenantScope, _ name: SecretName) -> WriteSubject
    {
        WriteSubject(action: action, type: "secret", id: name.text, tenant: scope.tenant)
    }

    /// A secret counts in every environment; so must whoever writes it.
    ///
    /// - Throws: `ENVIRONMENT_NOT_IN_CREDENTIAL_SCOPE`.
    static func check(_ caller: Caller) throws(CommandError) {
        guard caller.credential.environments != nil else { return }
        throw CommandError(
            .forbidden,
            Caller.environmentCode,
            "Secrets count in all environments, and the credential does not."
        )
    }

    /// The bytes of the value; what is wrong with a body is said without a word of it, since a name
    /// may be the secret.
    private static func value(of body: JSONValue) throws(CommandError) -> SecretBytes {
        let place = JSONPointer.root.appending("value")
        guard let object = body.object else {
            throw .invalid(.wrongType, at: .root, "must be an object with the member value")
        }
        guard let value = object["value"] else {
            throw .invalid(.missingField, at: place, "is required")
        }
        guard object.count == 1 else {
            throw .invalid(.unknownField, at: .root, "has the member value and no other one")
        }
        var bytes: [UInt8]
        switch value {
        case .string(let text): bytes = Array(text.utf8)
        case .object(let fields):
            let count = fields.members.count { !$0.value.isNull }
            guard (1...Secret.fieldCountMax).contains(count) else {
                let rule = "must have 1 to \(Secret.fieldCountMax) fields that are not null"
                throw .invalid(.invalidValue, at: place, rule)
            }
            bytes = value.serialized()
        default: throw .invalid(.wrongType, at: place, "must be a string or an object of fields")
        }
        guard (1...SealedSecret.valueByteCountMax).contains(bytes.count) else {
            let rule = "must have 1 to \(SealedSecret.valueByteCountMax) bytes"
            throw .invalid(.invalidValue, at: place, rule)
        }
        return SecretBytes(wiping: &bytes)
    }
}
