import Commands

extension Setting {
    /// Every setting, in the order of the help.
    static let all: [Setting] =
        server + tls + addedEnvironments + secrets + limits + deadlines + outbound + execution
        + kept
        + accessLog + reserved

    private static let server: [Setting] = [
        Setting(
            "listen",
            \.listen,
            SettingFormat.listenAddress.list(countMax: 16),
            help: "The addresses to listen on; port 0 lets the system choose one."
        ),
        Setting(
            "unixMode",
            \.unixMode,
            .fileMode,
            help: "Who may connect to the Unix-domain sockets of listen: the mode of their files."
        ),
        Setting(
            "publicUrl",
            \.publicURL,
            SettingFormat.serverURL.optional,
            help: "The URL under which clients reach the server, for the URLs that it answers; "
                + "without it they are what a request names as its host."
        ),
        Setting(
            "oauth.callbackUrl",
            \.oauthCallbackURL,
            SettingFormat.serverURL.optional,
            help: "Where authorization servers send users back to (docs/oauth.md); without it "
                + "/v1/connect/callback below publicUrl."
        ),
        Setting(
            "oauth.redirectUris",
            \.oauthRedirectURIs,
            SettingFormat.serverURL.list(countMax: OAuthSettings.redirectURICountMax),
            help: "Other addresses that a request may have users sent back to; they hand what they "
                + "get to the callback."
        ),
        Setting("data", \.dataFolder, .path("DIR"), help: "The folder of everything that is kept."),
        Setting(
            "journal",
            \.journal,
            .journal,
            help:
                "Where the ledger is kept: in the data folder, in a PostgreSQL database that many "
                + "replicas share (docs/replicas.md), or in memory, where it ends with the process."
        ),
        Setting(
            "drainSeconds",
            \.drain,
            .seconds(1...3600),
            help: "How long running requests may go on after SIGTERM."
        ),
        Setting(
            "auth.failuresPerMinute",
            \.failedAuthenticationCountMax,
            .integer(1...1_000_000),
            help: "Failed authentications of one address in a minute, from which on it is answered "
                + "429; IPv6 counts by /64."
        ),
        Setting(
            "auth.failuresPerKeyPerMinute",
            \.failedKeyCountMax,
            .integer(1...1_000_000),
            help: "Failed authentications in the name of one key in a minute, from wherever, from "
                + "which on they are answered 429; who is good is never refused."
        ),
        Setting(
            "auth.jwt",
            \.tokenIssuers,
            .tokenIssuers,
            help: "The issuers whose tokens (JWT) are taken beside API keys, and what their claims "
                + "give: docs/authentication.md."
        ),
    ]

    private static let addedEnvironments: [Setting] = [
        Setting(
            "environments",
            \.addedEnvironments,
            SettingFormat.environments,
            help: "Environments beside sandbox, staging and production."
        )
    ]

    private static let outbound: [Setting] = [
        Setting(
            "outbound.allow",
            \.outbound.allow,
            SettingFormat.addressRange.list(countMax: 256),
            help: "Address blocks that providers may resolve to beside public ones."
        ),
        Setting(
            "outbound.caFile",
            \.outbound.caFile,
            SettingFormat.path("FILE").optional,
            help: "Certificate authorities in PEM that are trusted beside the system's."
        ),
        Setting(
            "outbound.proxy",
            \.outbound.proxy,
            SettingFormat.serverURL.optional,
            help: "The HTTP proxy of all calls. It resolves their names, and has to refuse private "
                + "addresses itself; its own has to be public, or in outbound.allow."
        ),
    ]
}
