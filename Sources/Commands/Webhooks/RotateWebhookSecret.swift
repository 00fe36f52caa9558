public import JSON
import Ledger
public import Model

/// Gives a webhook a new signing secret, which is in the answer and never again anywhere.
///
/// For `overlapSeconds` deliveries carry the signatures of the old secret and of the new one, so that
/// the receiver can change over when it likes.
public struct RotateWebhookSecret: Sendable {
    /// How long both secrets stand, when nothing is said.
    public static let overlapSecondsDefault = 86_400

    /// The tenant.
    public let scope: TenantScope
    /// The webhook.
    public let id: WebhookID
    /// The body: `overlapSeconds`.
    public let body: JSONValue

    /// A request.
    public init(scope: TenantScope, id: WebhookID, body: JSONValue) {
        self.scope = scope
        self.id = id
        self.body = body
    }

    /// Carries it out.
    ///
    /// - Throws: Everything wrong with the body; `NOT_FOUND`; `ENVIRONMENT_NOT_IN_CREDENTIAL_SCOPE`;
    ///   `SECRET_STORE_NOT_CONFIGURED`.
    public func run(_ context: CommandContext) async throws(CommandError) -> CommandAnswer {
        let overlap = try readOverlap()
        let secret = try await WebhookSecret(of: id, scope, context.services)
        let subject = WebhookWrite.subject("webhook.rotate", scope, id)
        let answer = try await context.write(subject) { (state, stamp) throws(CommandError) in
            try context.precondition.check(scope.read(state).alerts.webhooks[id]?.revision)
            let existing = try GetWebhook.find(id, scope, state, context.caller)
            let secrets = Self.secrets(
                secret.kept,
                before: existing.value.secrets,
                until: stamp.now + .seconds(overlap),
                now: stamp.now
            )
            let stored = Stored(
                existing.value.signed(with: secrets),
                revision: stamp.revision,
                createdAt: existing.createdAt,
                updatedAt: stamp.now
            )
            let written = Written(
                object: stored.json,
                revision: stamp.revision,
                before: existing.json
            )
            return Ledger.Plan([.putWebhook(scope.tenant, stored)], answer: written)
        }
        return secret.shown(in: answer, context)
    }

    /// The new secret, and those before it as long as they stand, at most `Webhook.secretCountMax`.
    static func secrets(
        _ new: SigningSecret,
        before: [SigningSecret],
        until end: Timestamp,
        now: Timestamp
    ) -> [SigningSecret] {
        let old = before.map { secret in
            SigningSecret(sealed: secret.sealed, until: min(secret.until ?? .latest, end))
        }
        let standing = old.filter { $0.isInForce(at: now) }
        return [new] + standing.prefix(Webhook.secretCountMax - 1)
    }

    private func readOverlap() throws(CommandError) -> Int {
        try CommandError.checkSecrets(in: body)
        let issues = IssueList()
        let reader = ObjectReader(body, at: .root, issues: issues, members: ["overlapSeconds"])
        let overlap = reader.integer("overlapSeconds", in: 0...Webhook.overlapSecondsMax)
        if issues.hasErrors { throw .invalid(issues.issues) }
        return overlap ?? Self.overlapSecondsDefault
    }
}
