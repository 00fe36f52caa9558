import Commands

extension Setting {
    /// How providers are called.
    static let execution: [Setting] = [
        Setting(
            "execution.timeoutMs",
            \.execution.timeout,
            .milliseconds(1...120_000),
            help: "How long a call of a provider may take that names no time itself."
        ),
        Setting(
            "execution.callsPerConnection",
            \.execution.callsPerConnectionMax,
            .integer(1...100_000),
            help: "The most calls of one connection under way at once, here; more are answered 503 "
                + "OVERLOADED. 1,024 requests of all connections are under way at most."
        ),
        Setting(
            "execution.breaker.failures",
            \.execution.breakerFailureCount,
            .integer(1...1000),
            help: "Failures in a row that open a connection's circuit breaker."
        ),
        Setting(
            "execution.breaker.failurePercent",
            \.execution.breakerFailurePercent,
            .integer(1...100, of: "percent"),
            help: "The share of failures that opens it, once there were enough calls."
        ),
        Setting(
            "execution.breaker.minimumCalls",
            \.execution.breakerCallCountMin,
            .integer(1...10_000),
            help: "The calls within the window from which on the share counts."
        ),
        Setting(
            "execution.breaker.windowSeconds",
            \.execution.breakerWindow,
            .seconds(1...3600),
            help: "The time in which calls and failures are counted."
        ),
        Setting(
            "execution.breaker.openSeconds",
            \.execution.breakerOpenTime,
            .seconds(1...3600),
            help: "How long it stays open before one call is tried."
        ),
        Setting(
            "execution.breaker.slowMs",
            \.execution.breakerSlowTime,
            .milliseconds(0...120_000),
            help: "How long an answer takes that counts as slow; 0 counts none."
        ),
        Setting(
            "execution.breaker.slowPercent",
            \.execution.breakerSlowPercent,
            .integer(1...100, of: "percent"),
            help: "The share of slow answers that opens it, once there were enough calls."
        ),
        Setting(
            "execution.limitsFailOpen",
            \.execution.limitsFailOpen,
            .truth,
            help:
                "Whether replicas count rates and quotas each for itself while the database can't be "
                + "asked; otherwise calls of limited connections are answered 503."
        ),
        Setting(
            "health.freshSeconds",
            \.healthFreshness,
            .seconds(1...31_536_000),
            help: "How long the result of a health check counts; then reports warn of it."
        ),
        Setting(
            "health.publishSeconds",
            \.publishCheckTimeMax,
            .seconds(1...600),
            help: "How long the health checks that a publish, a rollback, an upgrade or a set "
                + "waits for may take together; then it is refused with HEALTH_CHECKS_UNFINISHED."
        ),
        Setting(
            "health.scheduler",
            \.health.isOn,
            .truth,
            help: "Whether active connections are checked in the background, each at its spec's "
                + "healthCheck.intervalSeconds: docs/health.md."
        ),
        Setting(
            "health.concurrency",
            \.health.concurrency,
            .integer(1...1024, of: "checks"),
            help: "How many background checks run at the same time."
        ),
        Setting(
            "health.intervalSeconds",
            \.health.intervalMin,
            .seconds(1...86_400),
            help: "The shortest interval of background checks, whatever a spec asks for."
        ),
    ]

    /// How the audit trail and the ledger are kept.
    static let kept: [Setting] = [
        Setting(
            "audit.retentionDays",
            \.audit.retentionDayCount,
            .integer(1...36_500, of: "days"),
            help: "For how many days audit records are kept; older segments are removed."
        ),
        Setting(
            "audit.retentionBytes",
            \.audit.retentionByteCount,
            .integer(0...1_000_000_000_000_000, of: "bytes"),
            help: "The size beyond which the oldest segments of the audit trail are removed, the "
                + "newest one never; 0 for no limit."
        ),
        Setting(
            "audit.segmentBytes",
            \.audit.segmentByteCount,
            .integer(1_048_576...1_073_741_824, of: "bytes"),
            help: "The size of a segment of the audit trail, which is removed as a whole."
        ),
        Setting(
            "audit.failOpen",
            \.audit.isFailOpen,
            .truth,
            help: "Whether a call of a provider goes on when it can't be recorded."
        ),
        Setting(
            "decisions.log",
            \.decisions.extent,
            .word,
            help: "Which decisions about workflows and entities are written to the audit trail; "
                + "denials always are."
        ),
        Setting(
            "decisions.whenBusy",
            \.decisions.whenBusy,
            .word,
            help: "With decisions.log=all, whether a decision that permits is answered and counted "
                + "as dropped when the trail is behind, or waits until it is written."
        ),
        Setting(
            "decisions.mask",
            \.decisions.masks,
            SettingFormat.mask.list(countMax: 100),
            help: "What of a decision's question is written as [redacted]: JSON pointers such as "
                + "/context/input/card, in which * stands for every member and item."
        ),
        Setting(
            "ledger.snapshotEvery",
            \.ledger.snapshotInterval,
            .integer(1...100_000_000, of: "entries"),
            help: "After how many entries of the ledger a snapshot is written."
        ),
        Setting(
            "ledger.retention",
            \.ledger.snapshotCount,
            .integer(1...1000, of: "snapshots"),
            help: "How many snapshots are kept, and the log since the oldest of them."
        ),
        Setting(
            "ledger.name",
            \.ledger.name,
            .ledgerName,
            help: "The name of the ledger in its database: several may share one."
        ),
        Setting(
            "ledger.pollMilliseconds",
            \.ledger.polling,
            .milliseconds(10...60_000),
            help: "How often a database is asked for what other replicas wrote, beside being told."
        ),
        Setting(
            "ledger.lagMaxSeconds",
            \.ledger.lagMax,
            .seconds(1...86_400),
            help: "How long a replica may not have followed its ledger before /readyz answers 503."
        ),
    ]

    /// What is logged of requests.
    static let accessLog: [Setting] = [
        Setting(
            "accessLog.path",
            \.accessLog.path,
            SettingFormat.path("FILE").optional,
            help: "The file of the access log, opened again on SIGHUP; - is standard output, and "
                + "without a path there is no log."
        ),
        Setting(
            "accessLog.sample",
            \.accessLog.fraction,
            .fraction,
            help: "Which part of the requests that went well is logged, a trace whole or not at "
                + "all; 4xx and 5xx always are."
        ),
    ]

    /// Settings of the contract that a later version brings.
    static let reserved: [Setting] = [
        Setting(
            reserved: "cors.origins",
            "can't be set: CORS comes with a later version; serve pages and API from one origin"
        )
    ]
}
