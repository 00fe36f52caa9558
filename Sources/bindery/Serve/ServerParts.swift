import Audit
import Commands
import Execution
import Ledger
import Outbound
import Platform
import Tokens

/// What requests are answered with, made of the settings and the stores.
enum ServerParts {
    /// The services.
    ///
    /// - Throws: One line that names the setting that can't work.
    static func services(
        _ settings: Settings,
        _ stores: ServerStores,
        _ verifier: TokenVerifier? = nil
    ) throws(CommandFailure) -> Services {
        let outbound = try outbound(settings.outbound)
        let local = try ServerSecrets.local(settings, stores.ledger)
        let secrets = try ServerSecrets.keeper(settings, local)
        let configuration = execution(settings)
        let tokens = TokenBroker(
            outbound: outbound,
            store: local,
            userAgent: configuration.userAgent
        )
        var servicesSettings = servicesSettings(settings)
        servicesSettings.tokens = verifier
        return Services(
            settings: servicesSettings,
            ledger: stores.ledger,
            audit: stores.audit,
            executor: Executor(
                outbound: outbound,
                secrets: secrets,
                audit: stores.audit,
                tokens: tokens,
                configuration: configuration
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
        result.healthFreshSeconds = Int(settings.healthFreshness.components.seconds)
        result.callTimeoutMilliseconds = Int(settings.execution.timeout / .milliseconds(1))
        result.auditFailsOpen = settings.audit.isFailOpen
        result.decisions = settings.decisions
        result.eventStreamCountMax = settings.limits.eventStreamCountMax
        result.eventStreamCountMaxPerTenant = settings.limits.eventStreamCountMaxPerTenant
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
        result.auditFailsOpen = settings.audit.isFailOpen
        return result
    }

    static func outbound(
        _ settings: OutboundSettings
    ) throws(CommandFailure) -> OutboundClient {
        let configuration = OutboundConfiguration(
            addressPolicy: AddressPolicy(allow: settings.allow),
            caFile: settings.caFile,
            userAgent: "bindery/\(Version.text)"
        )
        do {
            return try OutboundClient(configuration)
        } catch {
            switch error {
            case .caFileUnreadable(let path): throw .failed("outbound.caFile: can't read \(path)")
            case .system(let detail): throw .failed("the HTTP client can't start: \(detail)")
            case .malformedProxy, .malformedUserAgent, .limitOutOfRange:
                preconditionFailure("these settings are the program's own: \(error)")
            }
        }
    }
}
