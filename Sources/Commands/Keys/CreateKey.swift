public import JSON
import Ledger
import Model
import Platform

/// Makes an API key; its text is in the answer, and never again anywhere.
public struct CreateKey: Sendable {
    /// The most keys of one owner, revoked ones included.
    public static let keyCountMax = 1000

    /// Whose key.
    public let owner: OwnerScope
    /// The body.
    public let body: JSONValue

    /// A request.
    public init(owner: OwnerScope, body: JSONValue) {
        self.owner = owner
        self.body = body
    }

    /// Whether a new key stands for its maker: one that a caller makes for where it acts itself.
    ///
    /// So a platform's key that makes a key of the platform makes no other pair of eyes; the
    /// bootstrap key, which is nobody's, does.
    private static func inherits(_ caller: Caller, _ tenant: TenantID?) -> Bool {
        !caller.isBootstrap && caller.credential.tenant == tenant
    }

    /// Carries it out.
    ///
    /// - Throws: Everything wrong with the body; `FORBIDDEN` when the key could do what its maker
    ///   can't; `TOO_MANY_KEYS`.
    public func run(_ context: CommandContext) async throws(CommandError) -> CommandAnswer {
        let (id, text) = APIKey.make()
        let credential: Credential
        let maker = context.caller.credential
        do {
            credential = try Credential(
                body,
                id: id,
                tenant: owner.tenant,
                digest: Hex.encode(APIKey.digest(of: text)),
                principal: Self.inherits(context.caller, owner.tenant) ? maker.principal : id.text
            )
        } catch {
            throw .invalid(error)
        }
        try context.precondition.check(nil)
        try check(credential, context)
        let subject = WriteSubject(
            action: "key.create",
            type: "key",
            id: id.text,
            tenant: owner.tenant
        )
        var answer = try await context.write(subject) { (state, stamp) throws(CommandError) in
            let room = try Self.makeRoom(among: owner.keys(state), at: stamp.now)
            let plan = DocumentWrite.plan(
                credential,
                over: nil,
                stamp,
                location: "\(owner.path("keys"))/\(id.text)",
                json: { $0.json(lastUsedAt: nil) },
                change: { .putCredential($0) }
            )
            return Ledger.Plan(room + plan.changes, answer: plan.answer)
        }
        // The text goes into the answer alone: it was never in the plan, the log or the audit.
        if !context.isDryRun, case .json(.object(var object)) = answer.body {
            object["key"] = .string(text)
            answer.body = .json(.object(object))
        }
        return answer
    }

    /// Whether every workflow of the pattern is one of the list's.
    private static func covers(_ pattern: Pattern, _ list: [Pattern]) -> Bool {
        list.contains {
            $0.text == "*" || $0 == pattern || pattern.isExact && $0.matches(pattern.text)
        }
    }

    /// Forgets the key that ended longest ago, when there are as many as may be.
    ///
    /// - Throws: `TOO_MANY_KEYS` when all of them are in force.
    private static func makeRoom(
        among keys: [Stored<Credential>],
        at now: Timestamp
    ) throws(CommandError) -> [Change] {
        guard keys.count >= keyCountMax else { return [] }
        let ended = keys.filter { key in
            key.value.status == .revoked || key.value.expiresAt.map { $0 <= now } ?? false
        }
        guard let oldest = ended.min(by: { $0.updatedAt < $1.updatedAt }) else {
            let detail = "There are \(keyCountMax) keys in force already."
            throw CommandError(.conflict, "TOO_MANY_KEYS", detail)
        }
        return [.removeCredential(oldest.value.id)]
    }

    private func check(_ new: Credential, _ context: CommandContext) throws(CommandError) {
        for name in new.environments ?? [] {
            guard !context.services.environments.contains(where: { $0.name == name }) else {
                continue
            }
            throw .invalid(
                .unknownEnvironment,
                at: .root.appending("environments"),
                "there is no environment \(name.text)"
            )
        }
        if let expiry = new.expiresAt, expiry <= context.now {
            throw .invalid(.invalidValue, at: .root.appending("expiresAt"), "must be in the future")
        }
        if owner == .platform, !new.roles.isSubset(of: [.platformAdmin, .auditor]) {
            throw .invalid(
                .invalidValue,
                at: .root.appending("roles"),
                "a key of the platform is platform-admin or auditor",
                suggestion: "make it under /v1/tenants/{tenant}/keys"
            )
        }
        let maker = context.caller.credential
        guard new.workflows.allSatisfy({ Self.covers($0, maker.workflows) }) else {
            let detail = "A key can't act as workflows that its maker can't."
            throw CommandError(.forbidden, "FORBIDDEN", detail)
        }
        guard maker.mayAct(inAllOf: new) else {
            let detail = "A key can't reach environments that its maker can't."
            throw CommandError(.forbidden, "FORBIDDEN", detail)
        }
    }
}
