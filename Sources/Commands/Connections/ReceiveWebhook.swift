import Audit
import Execution
import JSON
import Ledger
import Model
import Platform

/// Takes what a provider posts to a connection: its signature is the credential.
///
/// Whoever has no good signature is answered the same, whether the tenant, the connection or its key
/// is there or not. What is taken is in the log before it is answered, once, however often and to
/// whichever replica it is sent.
public struct ReceiveWebhook: Sendable {
    /// A refusal is answered a whole number of these after the request came, so that the time does
    /// not tell how far it got: a connection that is there is looked at longer than one that is not.
    static let refusalStep = Duration.milliseconds(10)

    /// What a provider posted, as it came.
    public struct Posted: Sendable {
        /// The URL under which the provider may know the route, with its query.
        public let url: String
        /// The query, still percent-encoded; nil without one.
        public let query: String?
        /// The body's bytes.
        public let body: [UInt8]
        /// Finds the value of a header field by its name in small letters; nil when there is none,
        /// or more than one.
        public let lookUp: @Sendable (String) -> String?

        /// A request.
        public init(
            url: String,
            query: String?,
            body: [UInt8],
            lookUp: @escaping @Sendable (String) -> String?
        ) {
            (self.url, self.query, self.body, self.lookUp) = (url, query, body, lookUp)
        }
    }

    /// The tenant in the path, not yet read.
    public let tenant: String?
    /// The connection in the path, not yet read.
    public let connection: String?
    /// What was posted.
    public let posted: Posted
    /// The route, as the trail names it.
    public let route: String

    /// A request.
    public init(tenant: String?, connection: String?, posted: Posted, route: String) {
        (self.tenant, self.connection) = (tenant, connection)
        (self.posted, self.route) = (posted, route)
    }

    /// Carries it out.
    ///
    /// - Throws: `SIGNATURE_INVALID`; `TOO_MANY_FAILURES`; `CONNECTION_NOT_ACTIVE`, to the provider
    ///   alone; what the ledger and the trail throw.
    public func run(_ context: CommandContext) async throws(CommandError) -> CommandAnswer {
        let began = MonotonicClock.precise
        let webhook = InboundWebhook(
            urls: [posted.url],
            query: posted.query,
            body: posted.body,
            receivedAt: context.now,
            lookUp: posted.lookUp
        )
        let (account, verified) = try await verify(webhook, since: began, context)
        let counts = context.services.inboundWebhooks
        if let challenge = account.challenge(verified) {
            counts.note(.challenge)
            return Self.answer(["challenge": .string(challenge)], context)
        }
        do throws(CommandError) {
            try account.checkActive()
            let receipt = WebhookReceipt(account, webhook, verified)
            try context.services.checkAudit()
            let taken: WebhookReceipt.Taken
            let state = context.state
            if let known = receipt.known(in: state) {
                taken = .init(mark: known, isDuplicate: true, revision: state.revision)
            } else {
                taken = try await receipt.commit(context)
            }
            try await receipt.record(taken, context)
            counts.note(taken.isDuplicate ? .duplicate : .accepted)
            return Self.answer(taken.mark, isDuplicate: taken.isDuplicate, context)
        } catch {
            counts.note(.refused)
            throw error
        }
    }

    private static func answer(
        _ mark: WebhookMark,
        isDuplicate: Bool,
        _ context: CommandContext
    ) -> CommandAnswer {
        answer(
            ["deliveryId": .string(mark.deliveryID), "duplicate": .bool(isDuplicate)],
            context
        )
    }

    private static func answer(_ body: JSONValue, _ context: CommandContext) -> CommandAnswer {
        CommandAnswer(body: .json(body), revision: context.services.revision)
    }

    // MARK: Who sent it

    private func verify(
        _ webhook: InboundWebhook,
        since began: MonotonicInstant,
        _ context: CommandContext
    ) async throws(CommandError) -> (WebhookAccount, VerifiedWebhook) {
        let account = WebhookAccount(tenant, connection, in: context.state, at: context.now)
        do throws(WebhookDefect) {
            let pair = account.map { ($0.connection, $0.spec) }
            let verified = try await context.services.executor.verify(
                webhook,
                for: pair,
                orBy: account?.previousSecret
            )
            guard let account else { preconditionFailure("nobody signs for no connection") }
            return (account, verified)
        } catch {
            let refusal = refusal(error, context)
            await Self.waitOut(since: began)
            throw refusal
        }
    }

    /// Waits until a whole number of steps is over.
    private static func waitOut(since began: MonotonicInstant) async {
        let elapsed = MonotonicClock.precise - began
        var end = refusalStep
        // A few times: a secret is waited for no longer than some seconds.
        while end < elapsed { end += refusalStep }
        do {
            try await Task.sleep(for: end - elapsed)
        } catch {
            // The server ends, or the client has gone: nobody measures.
        }
    }

    /// Counts a failure for its address, as one of a credential, and leaves a record of it.
    private func refusal(_ defect: WebhookDefect, _ context: CommandContext) -> CommandError {
        let counted = context.services.authentication.failures.count(
            AuthenticationFailure(kind: .webhook, reason: defect.rawValue),
            from: context.caller.address,
            now: context.now
        )
        var error = counted
        if counted.kind == .unauthenticated {
            error = CommandError(
                .unauthenticated,
                "SIGNATURE_INVALID",
                "The request is not signed by the provider of a connection that is here."
            )
        }
        // The trail names the place, which is what an operator looks for; a stranger's words are not
        // copied unless they are names.
        let place = [
            tenant.flatMap(TenantID.init)?.text, connection.flatMap(ConnectionID.init)?.text,
        ]
        .map { $0 ?? "?" }
        .joined(separator: "/")
        error.auditDetail = "\(error.detail) Reason: webhook \(defect.rawValue) at \(place)."
        let request = RefusedRequest(
            address: context.caller.address,
            route: route,
            requestID: context.requestID,
            traceparent: context.trace?.traceparent,
            now: context.now
        )
        context.services.noteUnauthenticated(error, request)
        return error
    }
}
