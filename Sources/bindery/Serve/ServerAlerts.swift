import Alerts
import Commands
import Execution
import JSON
import Ledger
import Model
import Outbound
import Secrets

/// What tells tenants of their connections: the feed, the watch over credentials, the dispatcher.
struct ServerAlerts: Sendable {
    /// What opens the signing secrets; nil without a master key, and then nothing is sent.
    let sealing: (any SecretSealing)?

    private let feed: AlertFeed
    private let watch: ExpiryWatch
    private let dispatcher: AlertDispatcher?

    /// Makes them over the stores.
    ///
    /// - Throws: One line that names the setting that can't work.
    init(
        _ settings: Settings,
        _ stores: ServerStores,
        sealing: (any SecretSealing)? = nil
    ) throws(CommandFailure) {
        self.sealing = sealing
        feed = AlertFeed(ledger: stores.ledger)
        watch = ExpiryWatch(ledger: stores.ledger, feed: feed)
        guard let sealing else {
            dispatcher = nil
            return
        }
        // A client of its own: endpoints that hang take no connection from calls to providers.
        let outbound = try ServerParts.outbound(settings.outbound)
        dispatcher = AlertDispatcher(
            ledger: stores.ledger,
            sender: AlertSender(outbound: outbound, sealing: sealing),
            holder: stores.writer.text,
            recorder: DisablingTrail.recorder(
                stores.audit,
                stores.ledger,
                failsOpen: settings.audit.isFailOpen
            )
        )
    }

    /// Begins.
    func start() {
        feed.start()
        watch.start()
        dispatcher?.start()
    }

    /// Ends; what was noted is in the ledger then.
    func stop() async {
        await watch.stop()
        await feed.stop()
        await dispatcher?.stop()
    }

    /// Notes what happens at the limits of connections.
    var onGateEvent: @Sendable (GateEvent) -> Void {
        { [feed] event in feed.note(Self.note(on: event)) }
    }

    /// The part of `/metrics` that tells of alerts.
    var metricsText: String {
        var text = MetricsText()
        let counts = dispatcher?.counts ?? (delivered: 0, failed: 0, underWay: 0)
        let rows: [(String, MetricsText.Kind, String, Int)] = [
            (
                "bindery_alert_deliveries_total", .counter, "Alerts that endpoints took.",
                counts.delivered
            ),
            (
                "bindery_alert_failures_total", .counter,
                "Attempts to deliver an alert that failed.", counts.failed
            ),
            (
                "bindery_alert_attempts_in_flight", .gauge,
                "Attempts to deliver an alert that are under way.", counts.underWay
            ),
            (
                "bindery_alerts_dropped_total", .counter,
                "Alerts that were lost before the ledger had them.", feed.droppedCount
            ),
        ]
        for (name, kind, help, value) in rows {
            text.family(name, kind, help)
            text.sample(name, value)
        }
        return text.text
    }

    private static func note(on event: GateEvent) -> AlertFeed.Note {
        switch event.kind {
        case .breakerOpened(let callClass):
            note(.connectionBreakerOpened, event, ["callClass": .string(callClass.rawValue)])
        case .breakerClosed(let callClass):
            note(.connectionBreakerClosed, event, ["callClass": .string(callClass.rawValue)])
        case .quotaReached(let quota):
            note(
                .connectionQuotaReached,
                event,
                [
                    "quota": .string(quota.name), "percent": .integer(Int64(quota.percent)),
                    "limit": .integer(Int64(quota.limit)),
                    "periodStart": .string(quota.start.text),
                    "periodEnd": .string(quota.end.text),
                ],
                mark: AlertMark(
                    name: "quota.\(quota.name).\(quota.percent)",
                    value: quota.start.text
                )
            )
        }
    }

    private static func note(
        _ type: AlertType,
        _ event: GateEvent,
        _ details: JSONObject,
        mark: AlertMark? = nil
    ) -> AlertFeed.Note {
        AlertFeed.Note(
            type,
            tenant: event.tenant,
            connection: event.connection,
            details: details,
            mark: mark
        )
    }
}
