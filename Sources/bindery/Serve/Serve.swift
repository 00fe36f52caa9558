import API
import Commands
import HTTPServer
import HTTPWire
import JSON
import Ledger
import Platform
import Tokens

/// Runs the server, from its settings to its end.
enum Serve {
    /// Opens what is kept, serves until a signal, and closes in order.
    ///
    /// - Throws: One line for the operator when it can't start.
    static func run(_ settings: Settings, _ console: Console) async throws(CommandFailure) {
        let log = ServerLog(console)
        BrokenPipeSignal.ignore()
        // From here on a signal is a wish, so that nothing is left half opened.
        let shutdown = ShutdownSignal()
        let tls = try certificates(settings.tls)
        let accessLog = try AccessLogging(settings.accessLog, log)
        let tokens = try await TokenKeys(settings, log)
        let reload = CertificateReload(settings.tls, tls, log)
        let stores: ServerStores
        do {
            stores = try await ServerStores.open(settings, log)
        } catch {
            await reload.stop()
            await tokens.stop()
            throw error
        }
        let server: HTTPServer
        let parts: Parts
        do {
            parts = try await Self.parts(settings, stores, tokens.verifier, log)
            server = try await start(
                settings,
                stores,
                parts.services,
                tls,
                accessLog.log,
                console,
                log
            )
        } catch {
            await reload.stop()
            await tokens.stop()
            await stores.close()
            throw error
        }
        parts.health.start()
        parts.releases.start()
        let debts = DebtKeeping(stores, settings.environments, log)
        let watch = StoreWatch(stores, debts, failsOpen: settings.audit.isFailOpen, log)
        let retaining = AuditRetaining(stores, settings.audit, log)
        parts.alerts.start()
        await shutdown.first()
        log.write(.info, "server.draining", ["peers": .integer(Int64(server.statistics.peers))])
        // Beside the drain: checks that run are ended, not waited for.
        async let isHealthStopped: Void = parts.health.stop()
        async let areReleasesStopped: Void = parts.releases.stop(within: settings.drain)
        await server.drain()
        await isHealthStopped
        await areReleasesStopped
        // Only now: every request that was accepted has been answered, and so logged.
        await accessLog.close()
        // No call is under way: what is leased of limits goes back to the other replicas.
        await parts.services.close()
        await parts.quotas?.stop()
        await parts.alerts.stop()
        await watch.stop()
        await retaining.stop()
        await reload.stop()
        await tokens.stop()
        await stores.close()
        log.write(.info, "server.stopped")
    }

    /// What answers requests, and what works beside it.
    private struct Parts {
        let services: Services
        let alerts: ServerAlerts
        let quotas: QuotaKeeping?
        let health: HealthMonitor
        let releases: ReleaseScheduler
    }

    /// Makes the parts, none of which is started.
    private static func parts(
        _ settings: Settings,
        _ stores: ServerStores,
        _ verifier: TokenVerifier?,
        _ log: ServerLog
    ) async throws(CommandFailure) -> Parts {
        let local = try ServerSecrets.local(settings, stores.ledger)
        let sealing = try WebhookSealing(settings, local, stores.ledger)
        let alerts = try ServerAlerts(
            settings,
            stores,
            sealing: sealing.isConfigured ? sealing : nil
        )
        let services = try ServerParts.services(
            settings,
            stores,
            verifier,
            try ReplicaLimits.make(settings, log),
            alerts,
            local,
            log: log
        )
        services.addMetrics { alerts.metricsText }
        return Parts(
            services: services,
            alerts: alerts,
            quotas: try await QuotaKeeping(settings, services, log),
            health: HealthMonitor(services, settings.health),
            releases: ReleaseScheduler(services)
        )
    }

    /// Makes the server over the stores, and lets it listen.
    private static func start(
        _ settings: Settings,
        _ stores: ServerStores,
        _ services: Services,
        _ tls: ServerTLS?,
        _ accessLog: AccessLog?,
        _ console: Console,
        _ log: ServerLog
    ) async throws(CommandFailure) -> HTTPServer {
        let server = HTTPServer(
            configuration: ServerListening.configuration(settings, tls),
            handler: APIHandler(services: services, accessLog: accessLog)
        )
        if let tls {
            CertificateLog.tell(tls.current, "tls.loaded", log)
            services.addMetrics { ServerMetrics.certificates(tls) }
        }
        services.addMetrics { [weak server] in
            server.map { ServerMetrics.text($0.statistics) } ?? ""
        }
        let addresses: [SocketAddress]
        do {
            addresses = try server.start()
        } catch {
            throw .failed(error.message)
        }
        do {
            // Only now: a start that fails must not make a key that nobody gets to see.
            let firstKey = try await FirstKey.makeIfNeeded(settings, stores)
            let places = ServerListening.places(addresses, settings)
            announce(places, firstKey, stores, console, log)
        } catch {
            await server.drain()
            throw error
        }
        return server
    }

    private static func announce(
        _ places: [ServerListening.Place],
        _ firstKey: String?,
        _ stores: ServerStores,
        _ console: Console,
        _ log: ServerLog
    ) {
        let revision = stores.ledger.state.revision
        log.write(
            .info,
            "server.ready",
            [
                "version": .string(Version.text),
                "addresses": .array(places.map { .string($0.address) }),
                "revision": .integer(Int64(clamping: revision)),
            ]
        )
        let places = places.map(\.text).joined(separator: " and ")
        console.answer("bindery \(Version.text) is ready on \(places) (revision \(revision))")
        if let firstKey {
            console.answer("the platform-admin key of this new store, shown this once: \(firstKey)")
        }
    }

    /// The certificates, when TLS is configured; nil when it is not.
    private static func certificates(_ settings: TLSSettings) throws(CommandFailure) -> ServerTLS? {
        guard settings.isOn else { return nil }
        do {
            return ServerTLS(try ServerCertificates.load(settings))
        } catch {
            throw .failed(error.line)
        }
    }
}
