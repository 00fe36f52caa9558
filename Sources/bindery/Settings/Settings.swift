import Commands
import Model
import Outbound
import Platform
import Secrets
import Tokens

/// Everything that an operator can set; what is not set keeps the value written here.
///
/// `Setting.all` says how each is named and read (API sections 9 and 10).
struct Settings: Sendable {
    /// Where the ledger is kept.
    enum JournalChoice: Sendable {
        /// In the data folder.
        case file
        /// In memory: gone when the process ends.
        case memory
        /// In a PostgreSQL database, which other processes may share.
        case postgres(JournalURL)
    }

    /// The addresses to listen on.
    var listen = [ListenAddress.internet(SocketAddress(host: "127.0.0.1", port: 8080))]
    /// The mode of the files of Unix-domain sockets.
    var unixMode = UnixSocketPath.modeDefault
    /// How TLS is spoken.
    var tls = TLSSettings()
    /// Which credentials client certificates stand for.
    var clientCertificates: [ClientCertificateRule] = []
    /// The URL under which clients reach the server; nil when it is not known.
    var publicURL: String?
    /// Where the consent of users comes back to; nil for the callback below `publicURL`.
    var oauthCallbackURL: String?
    /// Other addresses to which a consent may come back.
    var oauthRedirectURIs: [String] = []
    /// The folder of everything that is kept.
    var dataFolder = "data"
    /// Where the ledger is kept.
    var journal = JournalChoice.file
    /// How long running requests may go on after a shutdown began.
    var drain = Duration.seconds(30)
    /// The environments beside the three that are always there.
    var addedEnvironments: [Environment] = []
    /// Where secrets are read from.
    var secrets = SecretSettings()
    /// The sizes and numbers beyond which a request is refused.
    var limits = LimitSettings()
    /// How long clients may take.
    var deadlines = DeadlineSettings()
    /// How providers are reached.
    var outbound = OutboundSettings()
    /// How providers are called.
    var execution = ExecutionSettings()
    /// How long a health check's result counts.
    var healthFreshness = Duration.seconds(3600)
    /// How long the health checks that one publish waits for may take together.
    var publishCheckTimeMax = Duration.seconds(60)
    /// How connections are checked in the background.
    var health = HealthSettings()
    /// Failed authentications of one address in a minute, from which on it is refused.
    var failedAuthenticationCountMax = 100
    /// Failed authentications in one key's name in a minute, from which on they are refused.
    var failedKeyCountMax = 100
    /// The issuers whose tokens are taken.
    var tokenIssuers: [TokenIssuer] = []
    /// How the audit trail is kept.
    var audit = AuditSettings()
    /// How the ledger is kept.
    var ledger = LedgerSettings()
    /// Which decisions are written to the trail.
    var decisions = DecisionLogSettings()
    /// What is logged of requests.
    var accessLog = AccessLogSettings()
    /// The platform-admin key of automation, of the variable `BINDERY_BOOTSTRAP_KEY`.
    var bootstrapKey: SecretBytes?

    /// All environments: the three that are always there, then the added ones.
    var environments: [Environment] { Environment.builtIn + addedEnvironments }
}

/// Where secrets are read from.
struct SecretSettings: Sendable, Hashable {
    /// How the names of variables start that may be read as secrets.
    var environmentPrefix = "BINDERY_SECRET_"
    /// The folder below which `file://` may read; nil for none.
    var fileRoot: String?
    /// Where Vault is; nil for none.
    var vaultAddress: String?
    /// Under which path its KV engine, version 2, is mounted.
    var vaultMount = "secret"
    /// The file that holds its token.
    var vaultTokenFile: String?
    /// The files that hold the ids of the AppRole which it is logged in to with instead.
    var vaultRoleIDFile: String?
    var vaultSecretIDFile: String?
    /// Under which path the AppRole method is mounted.
    var vaultRoleMount = "approle"
    /// The namespace in it; nil for none.
    var vaultNamespace: String?
    /// The region of AWS Secrets Manager; nil for none.
    var awsRegion: String?
    /// The address in the place of the region's own.
    var awsEndpoint: String?
    /// The file of AWS credentials; nil for the environment's.
    var awsCredentialsFile: String?
    /// How long a secret is served beyond its time while its store is down.
    var stale = SecretsConfiguration.staleTimeDefault
    /// The file of the master keys of the store of our own; nil for none.
    var localKeyFile: String?
    /// The variable that holds them instead; nil for none.
    var localKeyVariable: String?
    /// Which references connections may name; none lets them name any.
    var references: [SecretReferenceRule] = []
}

/// How providers are reached.
struct OutboundSettings: Sendable, Hashable {
    /// The address blocks that providers may resolve to beside public ones.
    var allow: [AddressRange] = []
    /// A file of certificate authorities that are trusted beside the system's.
    var caFile: String?
    /// The proxy that all calls take; nil for none.
    var proxy: String?
}

/// How providers are called.
struct ExecutionSettings: Sendable, Hashable {
    /// How long a call may take that names no time itself.
    var timeout = Duration.milliseconds(30_000)
    /// Failures in a row that open a connection's breaker.
    var breakerFailureCount = 5
    /// The share of failures, in percent, that opens it.
    var breakerFailurePercent = 50
    /// The calls from which on the share counts.
    var breakerCallCountMin = 10
    /// The time in which they are counted.
    var breakerWindow = Duration.seconds(30)
    /// How long it stays open before one call is tried.
    var breakerOpenTime = Duration.seconds(30)
    /// How long a slow answer takes; zero counts none.
    var breakerSlowTime = Duration.zero
    /// The share of slow answers that opens the breaker, in percent.
    var breakerSlowPercent = 50
    /// The most calls of one connection under way at once.
    var callsPerConnectionMax = 256
    /// Whether a replica's own count admits calls while the limits of all cannot be asked.
    var limitsFailOpen = false
}

/// How the audit trail is kept.
struct AuditSettings: Sendable, Hashable {
    /// For how many days records are kept.
    var retentionDayCount = 365
    /// How many bytes are kept at most; 0 for no limit.
    var retentionByteCount = 0
    /// A segment takes no record any more when it has this size, in bytes.
    var segmentByteCount = 64 << 20
    /// Whether a call goes on when it can't be recorded.
    var isFailOpen = false
}

/// What is logged of requests.
struct AccessLogSettings: Sendable, Hashable {
    /// The file, or `-` for standard output; nil for no log.
    var path: String?
    /// Which part of the requests that went well is logged.
    var fraction = 1.0
}

/// How the ledger is kept.
struct LedgerSettings: Sendable, Hashable {
    /// After how many entries a snapshot is written.
    var snapshotInterval = 50_000
    /// How many snapshots are kept, and the log since the oldest of them.
    var snapshotCount = 2
    /// The name of the ledger in its database.
    var name = "default"
    /// How often a database is asked for what other processes wrote, when it does not tell itself.
    var polling = Duration.milliseconds(500)
    /// How long a shared ledger may not have been followed before the process is not ready.
    var lagMax = Duration.seconds(60)
}
