import Audit
import Execution
import JSON
import Ledger
import Model
import Platform

/// A webhook whose signature is good, on its way into the log.
struct WebhookReceipt: Sendable {
    /// What the trail calls it.
    static let action = "webhook.receive"

    /// What became of a delivery.
    struct Taken: Sendable {
        /// The mark under which it was taken.
        let mark: WebhookMark
        /// Whether it was taken before.
        let isDuplicate: Bool
        /// The revision that it made, or at which it was known.
        let revision: UInt64
        /// The record that it owes.
        var debt: AuditDebt?
    }

    private let connection: Connection
    private let verified: VerifiedWebhook
    private let mark: WebhookMark
    /// What is told of it, but for the body.
    private let head: JSONObject
    private let body: JSONObject
    private let forward: WebhookForward

    init(_ account: WebhookAccount, _ webhook: InboundWebhook, _ verified: VerifiedWebhook) {
        connection = account.connection
        self.verified = verified
        mark = Self.mark(account.connection, webhook, verified)
        head = [
            "deliveryId": .string(mark.deliveryID),
            "tenantId": .string(connection.tenant.text),
            "connectionId": .string(connection.id.text),
            "integrationKey": .string(connection.spec.key.text),
            "integrationVersion": connection.spec.version.json,
            "environment": .string(connection.environment.text),
            "providerId": verified.providerID.map { .string($0) } ?? .null,
            "type": verified.type.map { .string($0) } ?? .null,
            "receivedAt": .string(webhook.receivedAt.text),
            "contentType": webhook.mediaType.isEmpty ? .null : .string(webhook.mediaType),
            "bodyBytes": .integer(Int64(webhook.body.count)),
            "bodyDigest": .string(Hex.encode(Digest.sha256(webhook.body))),
        ]
        body = Self.body(webhook, verified)
        forward = WebhookForward(connection: connection, head: head, body: webhook.body)
    }

    private static func mark(
        _ connection: Connection,
        _ webhook: InboundWebhook,
        _ verified: VerifiedWebhook
    ) -> WebhookMark {
        // No name holds a line feed.
        let names = Array("\(connection.tenant.text)\n\(connection.id.text)\n".utf8)
        return WebhookMark(
            digest: Digest.sha256(names + verified.identity),
            receivedAt: webhook.receivedAt,
            expiresAt: webhook.receivedAt + .seconds(verified.memorySeconds)
        )
    }

    /// The body as it is kept: JSON as a value, all else and the head of what is too long in base64.
    private static func body(_ webhook: InboundWebhook, _ verified: VerifiedWebhook) -> JSONObject {
        let most = WebhookDelivery.bodyByteCountMax
        guard webhook.body.count <= most else {
            let kept = Base64.encode(Array(webhook.body[..<most]))
            return ["bodyEncoding": "base64", "truncated": true, "body": .string(kept)]
        }
        let value = verified.json ?? .string(Base64.encode(webhook.body))
        let encoding: JSONValue = verified.json == nil ? "base64" : "json"
        return ["bodyEncoding": encoding, "truncated": false, "body": value]
    }

    /// The mark of a delivery of the same event.
    func known(in state: State) -> WebhookMark? {
        state.receivedWebhooks.find(mark, of: connection.tenant, at: mark.receivedAt)
    }

    /// Puts it into the log, unless it is there; durable when it returns.
    ///
    /// Judged once more in the state that it is written on: on a replica another one may have taken
    /// it, or have paused the connection, a moment ago.
    func commit(_ context: CommandContext) async throws(CommandError) -> Taken {
        let (tenant, id) = (connection.tenant, connection.id)
        var object = head
        for member in body { object[member.key] = member.value }
        let delivery = WebhookDelivery(
            tenant: tenant,
            connection: id,
            environment: connection.environment,
            mark: mark,
            object: object
        )
        let receipt = self
        let owing = context.services.owing
        do {
            let now = context.now
            let result = try await context.services.ledger.commitOwing(
                actor: ChangeActor(type: "webhook", id: id.text),
                now: now
            ) { (state, stamp) throws(CommandError) in
                let account = WebhookAccount(tenant.text, id.text, in: state, at: now)
                guard let account else {
                    throw CommandError(
                        .conflict,
                        "CONNECTION_NOT_ACTIVE",
                        "The connection is gone."
                    )
                }
                try account.checkActive()
                if let known = receipt.known(in: state) {
                    return Ledger.Plan([], answer: (known, true, state.revision))
                }
                let forwarded = receipt.forward.changes(on: state, at: now)
                let draft = receipt.draft(stamp.revision, context)
                return Ledger.Plan(
                    [.receiveWebhook(delivery)] + forwarded,
                    answer: (receipt.mark, false, stamp.revision),
                    owes: owing?.record(draft, hasBefore: false)
                )
            }
            let (mark, isDuplicate, revision) = result.answer
            return Taken(
                mark: mark,
                isDuplicate: isDuplicate,
                revision: revision,
                debt: result.debt
            )
        } catch {
            throw CommandError(error)
        }
    }

    /// Leaves a record of it in the trail: of the body its digest alone.
    ///
    /// A duplicate has one too; but no more of them than somebody could read: who has caught one
    /// delivery may repeat it for as long as its signature is good. A duplicate of what the trail has
    /// no record of has one in any case: the record of the first has failed, after which the provider
    /// was told to come again.
    ///
    /// - Parameters:
    ///   - taken: What became of it.
    ///   - context: The request.
    /// - Throws: `AUDIT_UNAVAILABLE`.
    func record(_ taken: Taken, _ context: CommandContext) async throws(CommandError) {
        let known = taken.mark
        var draft = draft(taken.revision, context)
        draft.after = .object(told(known, isDuplicate: taken.isDuplicate))
        let trail = context.services.webhookTrail
        guard taken.isDuplicate else {
            if try await context.services.record(draft) != nil { taken.debt?.settle() }
            return trail.settle(known.deliveryID)
        }
        let standing = trail.claim(known.deliveryID)
        if standing == .unknown, try await recordOwed(draft, known, context) { return }
        if let admitted = context.services.denials.admitted(draft) {
            try await context.services.record(admitted)
            return
        }
        // Not answered as if it was recorded while another request is at it.
        guard standing != .claimed else {
            throw CommandError(
                .unavailable,
                "AUDIT_UNAVAILABLE",
                "The audit record of this webhook is being written.",
                retryAfterSeconds: 1
            )
        }
    }

    /// Records a duplicate of what the trail has no record of.
    ///
    /// - Returns: Whether it had none.
    private func recordOwed(
        _ draft: AuditDraft,
        _ known: WebhookMark,
        _ context: CommandContext
    ) async throws(CommandError) -> Bool {
        let trail = context.services.webhookTrail
        do throws(CommandError) {
            let isOwed = try await !isRecorded(known, context)
            if isOwed { try await context.services.record(draft) }
            trail.settle(known.deliveryID)
            return isOwed
        } catch {
            trail.release(known.deliveryID)
            throw error
        }
    }

    /// Whether the trail has the record of the first: the time in it is the mark's.
    private func isRecorded(
        _ known: WebhookMark,
        _ context: CommandContext
    ) async throws(CommandError) -> Bool {
        var filter = AuditFilter()
        filter.kind = .call
        filter.connection = connection.id.text
        filter.actor = connection.id.text
        filter.since = known.receivedAt
        filter.until = known.receivedAt + .milliseconds(1)
        do {
            let page = try await context.services.audit.list(
                tenant: connection.tenant,
                filter: filter,
                limit: AuditTrail.pageCountMax
            )
            let id = JSONValue.string(known.deliveryID)
            return page.items.contains { $0.document["after"]?["deliveryId"] == id }
        } catch {
            throw CommandError(error)
        }
    }

    /// What the record says of it: of the body its digest alone.
    private func told(_ known: WebhookMark, isDuplicate: Bool) -> JSONObject {
        var told = head
        told["deliveryId"] = .string(known.deliveryID)
        told["duplicate"] = .bool(isDuplicate)
        return told
    }

    /// What the record of a first delivery says of what the ledger keeps of it.
    static func told(_ delivery: WebhookDelivery) -> JSONObject {
        var told = delivery.object
        for member in ["body", "bodyEncoding", "truncated"] { told[member] = nil }
        told["duplicate"] = false
        return told
    }

    /// The record, without what it tells of the delivery.
    private func draft(_ revision: UInt64, _ context: CommandContext) -> AuditDraft {
        var draft = AuditDraft(
            .call,
            Self.action,
            outcome: .success,
            by: AuditActor(
                type: "webhook",
                id: connection.id.text,
                via: "http",
                ip: context.caller.address
            ),
            at: context.now
        )
        draft.tenant = connection.tenant
        draft.environment = connection.environment
        draft.resource = AuditResource(type: "connection", id: connection.id.text)
        draft.connection = connection.id
        draft.revision = revision
        draft.requestID = context.requestID
        draft.traceparent = context.trace?.traceparent
        return draft
    }
}

extension WebhookMark {
    /// The id of the delivery that left the mark: the same for all that are known again by it, and
    /// another one when the event comes after it was forgotten.
    var deliveryID: String { "whd_" + Hex.encode(Digest.sha256(text).prefix(16)) }
}
