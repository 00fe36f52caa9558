public import Audit
public import Execution
public import Ledger
public import Model
public import Secrets
import Synchronization
public import Tokens

/// What commands work with: made once at start, shared by all requests.
public final class Services: Sendable {
    /// How the services behave.
    public struct Settings: Sendable {
        /// The declared environments.
        public var environments = Environment.builtIn
        /// The URL under which clients reach the server, without a slash at its end; nil when it is
        /// not known.
        public var publicURL: String?
        /// The bootstrap key; nil for none.
        public var bootstrapKey: String?
        /// Failed authentications a minute from one address.
        public var failuresPerMinute = Authentication.failuresPerMinuteDefault
        /// Failed authentications a minute in one key's name, from wherever.
        public var failuresPerKeyAndMinute = Authentication.failuresPerKeyDefault
        /// The issuers whose tokens are taken; nil for none.
        public var tokens: TokenVerifier?
        /// Which credentials client certificates stand for.
        public var clientCertificates: [ClientCertificateRule] = []
        /// How long a health check is good for, in seconds.
        public var healthFreshSeconds = 3600
        /// How long the health checks that a publish, a rollback, an upgrade or a set waits for may
        /// take together, however long specs let their providers take.
        public var publishCheckTimeMax = Duration.seconds(60)
        /// How long a shared log may not have been followed before the process calls itself not
        /// ready.
        public var ledgerLagMax = Duration.seconds(60)
        /// How long a call may take when its caller says nothing, in milliseconds.
        public var callTimeoutMilliseconds = 30_000
        /// Which references to secrets connections may name; an empty list lets them name any.
        public var secretReferenceRules: [SecretReferenceRule] = []
        /// How the consent of users is asked for.
        public var oauth = OAuthSettings()
        /// What encrypts the signing secrets of webhooks; nil without a master key.
        public var sealing: (any SecretSealing)?
        /// Whether webhooks may be `http` on this machine: the operator lets calls go to loopback.
        public var webhooksMayBeOnLoopback = false
        /// Whether writes and calls go on when they can't be recorded.
        public var auditFailsOpen = false
        /// Under which name the ledger anchors the trail.
        public var auditWriter = AuditWriter.only
        /// Which decisions are written to the trail.
        public var decisions = DecisionLogSettings()
        /// The most streams of events at one time.
        public var eventStreamCountMax = 1000
        /// The most streams of events that keys of one tenant have at one time.
        public var eventStreamCountMaxPerTenant = 100
        /// How long a stream of events may be silent; less than the 15 s of the contract, since the
        /// clock is looked at only now and then.
        public var eventHeartbeat = Duration.seconds(10)

        /// The defaults.
        public init() {}
    }

    let settings: Settings
    let ledger: Ledger
    let audit: AuditTrail
    let executor: Executor
    let healthChecker: HealthChecker
    let healthBook = HealthBook()
    let secrets: SecretKeeper?
    let localSecrets: LocalSecretStore?
    let tables = LiveTables()
    let events: EventFeed
    let exports: StreamSlots
    let inboundWebhooks = WebhookCounts()
    let webhookTrail = WebhookTrail()
    let auditExports: StreamSlots
    let auditVerifications: StreamSlots
    let attributeTables = AttributeTables()
    let reachIndexes = ReachIndexes()
    let denials: DenialTrail
    let decisions: DecisionLog
    let metricSources = Mutex<[@Sendable () -> String]>([])
    /// When keys were last used.
    public let keyUsage = KeyUsage()
    /// Finds out who calls.
    public let authentication: Authentication
    /// Lets requests with an idempotency key run once.
    public let idempotency: IdempotencyGate

    /// The services over an open ledger and trail.
    ///
    /// - Parameters:
    ///   - settings: How they behave.
    ///   - ledger: What is kept.
    ///   - audit: The trail.
    ///   - executor: What calls providers.
    ///   - healthChecker: What checks connections.
    ///   - secrets: What resolves secrets, told of rotations; nil when nothing does.
    ///   - localSecrets: Bindery's own secret store; nil when there is no master key.
    public init(
        settings: Settings,
        ledger: Ledger,
        audit: AuditTrail,
        executor: Executor,
        healthChecker: HealthChecker,
        secrets: SecretKeeper? = nil,
        localSecrets: LocalSecretStore? = nil
    ) {
        self.settings = settings
        self.ledger = ledger
        self.audit = audit
        self.executor = executor
        self.healthChecker = healthChecker
        self.secrets = secrets
        self.localSecrets = localSecrets
        self.authentication = Authentication(
            ledger: ledger,
            usage: keyUsage,
            settings: settings
        )
        self.idempotency = IdempotencyGate(ledger: ledger)
        let events = EventFeed(settings)
        self.events = events
        let denials = DenialTrail(audit)
        self.denials = denials
        let decisions = DecisionLog(settings.decisions, audit, failsOpen: settings.auditFailsOpen)
        self.decisions = decisions
        self.exports = ExportObjects.makeSlots()
        let grants = GrantKeeper(ledger, audit, failsOpen: settings.auditFailsOpen)
        executor.tell(grants)
        healthChecker.tell(grants)
        self.auditExports = ExportAudit.makeSlots()
        self.auditVerifications = VerifyAudit.makeSlots()
        let (failures, tokens) = (authentication.failures, settings.tokens)
        let inboundWebhooks = inboundWebhooks
        addMetrics {
            events.metricsText + inboundWebhooks.metricsText + denials.metricsText
                + decisions.metricsText + failures.metricsText
                + (tokens?.metricsText ?? "") + (secrets?.metricsText ?? "")
                + executor.limitMetrics
        }
    }

    /// The declared environments.
    public var environments: [Environment] { settings.environments }
    /// The URL under which clients reach the server; nil when it is not known.
    public var publicURL: String? { settings.publicURL }
    /// The store's newest durable revision.
    public var revision: UInt64 { ledger.revision }
    /// The position of the store's newest durable state; see `Ledger.position`.
    public var position: UInt64 { ledger.position }
    /// A number that changes when the keys do that tokens are checked by.
    public var tokenKeysGeneration: UInt64 { settings.tokens?.generation ?? 0 }
    /// How long a health check is good for, in seconds.
    var healthFreshSeconds: Int { settings.healthFreshSeconds }
    var publishCheckTimeMax: Duration { settings.publishCheckTimeMax }

    /// Waits until a revision is reached.
    ///
    /// - Throws: `REVISION_NOT_REACHED` when it is not within the time.
    public func wait(for revision: UInt64, atMost timeout: Duration) async throws(CommandError) {
        guard revision > self.revision else { return }
        guard await ledger.wait(for: revision, timeout: timeout) else {
            throw CommandError(
                .unavailable,
                "REVISION_NOT_REACHED",
                "The store has not reached the revision that Bindery-Min-Revision names.",
                retryAfterSeconds: 1
            )
        }
    }

    /// Ends what calls of providers keep elsewhere: what is leased of limits is given back.
    public func close() async { await executor.close() }

    /// Adds a part of `/metrics`: text in the Prometheus format, made when it is asked for.
    public func addMetrics(_ source: @escaping @Sendable () -> String) {
        metricSources.withLock { $0.append(source) }
    }

    /// All metrics.
    public func metricsText() -> String {
        let state = ledger.state
        let sources = metricSources.withLock { $0 }
        var text = MetricsText()
        func gauge(_ name: String, _ help: String, _ value: Int) {
            text.family(name, .gauge, help)
            text.sample(name, value)
        }
        gauge("bindery_ledger_revision", "The store's revision.", Int(clamping: state.revision))
        gauge("bindery_ledger_position", "The log's position.", Int(clamping: state.position))
        gauge(
            "bindery_ledger_pending_writes",
            "Writes that wait to be durable.",
            ledger.pendingCount
        )
        let isServing = ledger.condition == .serving
        gauge("bindery_ledger_read_only", "1 when writing failed.", isServing ? 0 : 1)
        gauge(
            "bindery_ledger_snapshot_failed",
            "1 when the last snapshot could not be written.",
            ledger.snapshotFailure == nil ? 0 : 1
        )
        if let following = ledger.following { Self.add(following, to: &text) }
        gauge("bindery_tenants", "Tenants in the store.", state.tenants.count)
        gauge(
            "bindery_audit_sequence",
            "The newest audit record.",
            Int(clamping: audit.head.sequence)
        )
        gauge(
            "bindery_audit_removed_sequence",
            "The newest audit record that was removed for its age or the trail's size.",
            Int(clamping: audit.removed.sequence)
        )
        gauge(
            "bindery_audit_owed_entries",
            "Entries of the ledger whose audit records are not known to be in a trail.",
            state.auditDebts.count
        )
        let unwritten = "bindery_audit_unwritten_total"
        text.family(unwritten, .counter, "Audit records that could not be written.")
        text.sample(unwritten, Int(clamping: audit.unwrittenCount))
        return sources.map { $0() }.joined() + text.text
    }

    private static func add(_ following: Ledger.Following, to text: inout MetricsText) {
        let milliseconds =
            following.lag.components.seconds * 1000
            + following.lag.components.attoseconds / 1_000_000_000_000_000
        let rows: [(String, MetricsText.Kind, String, Int)] = [
            (
                "bindery_ledger_connected", .gauge,
                "1 while there is a connection to the ledger's database.",
                following.isConnected ? 1 : 0
            ),
            (
                "bindery_ledger_lag_entries", .gauge,
                "Entries of the ledger that are known of and not yet in the state.",
                Int(clamping: following.lagEntryCount)
            ),
            (
                "bindery_ledger_lag_milliseconds", .gauge,
                "How long ago the state is known to have been the newest.", Int(milliseconds)
            ),
            (
                "bindery_ledger_conflicts_total", .counter,
                "Batches that were planned anew because another process wrote first.",
                following.conflictCount
            ),
            (
                "bindery_ledger_reloads_total", .counter,
                "Times that the state was loaded anew, as the log behind it was no longer kept.",
                following.reloadCount
            ),
        ]
        for (name, kind, help, value) in rows {
            text.family(name, kind, help)
            text.sample(name, value)
        }
    }
}
