import Audit
import Commands
import Execution
import Ledger
import Outbound
import Platform
import Secrets
import Tokens

/// What requests are answered with, made of the settings and the stores.
enum ServerParts {
    /// The services.
    ///
    /// - Throws: One line that names the setting that can't work.
    static func services(
        _ settings: Settings,
        _ stores: ServerStores,
        _ verifier: TokenVerifier? = nil,
        _ limits: ReplicaLimits? = nil,
        _ alerts: ServerAlerts? = nil,
        _ local: LocalSecretStore? = nil,
        log: ServerLog? = nil
    ) throws(CommandFailure) -> Services {
        let outbound = try outbound(settings.outbound)
        let secrets = try ServerSecrets.keeper(settings, local, log)
        var configuration = execution(settings)
        configuration.onGateEvent = alerts?.onGateEvent
        let tokens = TokenBroker(
            outbound: outbound,
            audit: stores.audit,
            store: local,
            userAgent: configuration.userAgent
        )
        var servicesSettings = servicesSettings(settings)
        servicesSettings.tokens = verifier
        servicesSettings.auditWriter = stores.writer
        servicesSettings.sealing = alerts?.sealing
        return Services(
            settings: servicesSettings,
            ledger: stores.ledger,
            audit: stores.audit,
            executor: Executor(
                outbound: outbound,
                secrets: secrets,
                audit: stores.audit,
                tokens: tokens,
                configuration: configuration,
                sharedLimits: limits?.shared,
                tell: { notice in limits?.tell(notice) }
            ),
            healthChecker: HealthChecker(
                outbound: outbound,
                secrets: secrets,
                audit: stores.audit,
                tokens: tokens,
                configuration: configuration
            ),
            secrets: secrets,
            localSecrets: local
        )
    }

    private static func servicesSettings(_ settings: Settings) -> Services.Settings {
        var result = Services.Settings()
        result.environments = settings.environments
        result.publicURL = settings.publicURL
        result.oauth.callbackURL =
            settings.oauthCallbackURL ?? settings.publicURL.map { $0 + "/v1/connect/callback" }
        result.oauth.redirectURIs = settings.oauthRedirectURIs
        result.bootstrapKey = settings.bootstrapKey?.withText { $0 }
        result.failuresPerMinute = settings.failedAuthenticationCountMax
        result.failuresPerKeyAndMinute = settings.failedKeyCountMax
        result.clientCertificates = settings.clientCertificates
        result.ledgerLagMax = settings.ledger.lagMax
        result.publishCheckTimeMax = settings.publishCheckTimeMax
        result.healthFreshSeconds = Int(settings.healthFreshness.components.seconds)
        result.callTimeoutMilliseconds = Int(settings.execution.timeout / .milliseconds(1))
        result.auditFailsOpen = settings.audit.isFailOpen
        result.decisions = settings.decisions
        result.eventStreamCountMax = settings.limits.eventStreamCountMax
        result.eventStreamCountMaxPerTenant = settings.limits.eventStreamCountMaxPerTenant
        let policy = AddressPolicy(allow: settings.outbound.allow)
        result.webhooksMayBeOnLoopback = policy.allowsLoopback
        result.secretReferenceRules = settings.secrets.references
        return result
    }

    private static func execution(_ settings: Settings) -> ExecutionConfiguration {
        var result = ExecutionConfiguration()
        result.breaker.failuresInRow = settings.execution.breakerFailureCount
        result.breaker.failureShare = Double(settings.execution.breakerFailurePercent) / 100
        result.breaker.windowCallCountMin = settings.execution.breakerCallCountMin
        result.breaker.window = settings.execution.breakerWindow
        result.breaker.openTime = settings.execution.breakerOpenTime
        let slow = settings.execution.breakerSlowTime
        result.breaker.slowTime = slow == .zero ? nil : slow
        result.breaker.slowShare = Double(settings.execution.breakerSlowPercent) / 100
        result.timeout = settings.execution.timeout
        result.callsPerConnectionMax = settings.execution.callsPerConnectionMax
        result.auditFailsOpen = settings.audit.isFailOpen
        result.sharedLimitsFailOpen = settings.execution.limitsFailOpen
        return result
    }

    static func outbound(
        _ settings: OutboundSettings
    ) throws(CommandFailure) -> OutboundClient {
        var configuration = OutboundConfiguration(
            addressPolicy: AddressPolicy(allow: settings.allow),
            caFile: settings.caFile,
            proxy: settings.proxy,
            userAgent: "bindery/\(Version.text)"
        )
        // An eighth of the room, and at most a quarter: docs/execution.md, Room for calls.
        configuration.reservedCount = configuration.inFlightCountMax / 8
        do {
            return try OutboundClient(configuration)
        } catch {
            switch error {
            case .caFileUnreadable(let path): throw .failed("outbound.caFile: can't read \(path)")
            case .system(let detail): throw .failed("the HTTP client can't start: \(detail)")
            case .malformedProxy: throw .failed("outbound.proxy: is no http or https URL")
            case .malformedUserAgent, .limitOutOfRange:
                preconditionFailure("these settings are the program's own: \(error)")
            }
        }
    }
}
