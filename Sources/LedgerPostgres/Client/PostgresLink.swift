#if PostgreSQL
import Platform

/// A session that is made anew when it was lost.
struct PostgresLink {
    /// What the sessions of this link are for.
    struct Role {
        /// A word for `pg_stat_activity`.
        let name: String
        /// How long the server waits in a transaction for the next statement before it ends it.
        let idleTimeout: Duration
        /// Whether the bell ends waits for answers too: nobody has to know what becomes of a statement
        /// that only reads, or that is rolled back with its session.
        var isInterruptible = true
        /// Whether a commit waits for synchronous standbys too, as all of the ledger does.
        var waitsForStandby = true
    }

    private let configuration: PostgresJournal.Configuration
    private let role: Role
    private let hosts: [DatabaseOptions]
    private let stop: Bell
    private var hostIndex = 0
    private var backoff = Backoff()
    /// The session, as long as it was not found lost.
    private(set) var session: PostgresSession?

    /// A link without a session yet; `stop` ends its waits for one.
    init(_ configuration: PostgresJournal.Configuration, _ role: Role, stop: Bell) {
        self.configuration = configuration
        self.role = role
        self.hosts = configuration.url.options(for: role.name)
        self.stop = stop
    }

    /// The session, or a new one: attempts follow each other with pauses until the deadline.
    ///
    /// At the start a refusal that time does not heal, such as a wrong password, ends it at once. Later
    /// it does not: passwords are changed while servers run.
    mutating func connected(
        until deadline: MonotonicInstant,
        isStarting: Bool = false
    ) throws(PostgresFailure) -> (session: PostgresSession, isNew: Bool) {
        if let session, !session.isBroken { return (session, false) }
        session = nil
        var reason: PostgresFailure?
        while true {
            do {
                let made = try connect(until: deadline)
                backoff.reset()
                return (made, true)
            } catch {
                if case .stopped = error { throw error }
                if isStarting && error.isLasting { throw error }
                // The last attempt was cut short by the deadline: the one before tells more.
                if MonotonicClock.now >= deadline { throw reason ?? error }
                reason = error
                try pause(until: deadline)
            }
        }
    }

    /// One attempt at each host, beginning with the one that was good last.
    mutating func connect(
        until deadline: MonotonicInstant
    ) throws(PostgresFailure) -> PostgresSession {
        var failure = PostgresFailure.unreachable(state: nil, message: "no host answered in time")
        for _ in hosts {
            do {
                let limit = MonotonicClock.now + configuration.connectTimeout
                let made = try PostgresSession.connect(
                    to: hosts[hostIndex],
                    orBell: stop,
                    until: min(limit, deadline)
                )
                if role.isInterruptible { made.stopBell = stop }
                _ = try made.run(settings, until: limit)
                session = made
                return made
            } catch {
                if case .stopped = error { throw error }
                // What a host said about a password tells more than that another was silent.
                if !failure.isLasting { failure = error }
                hostIndex = (hostIndex + 1) % hosts.count
            }
        }
        switch failure {
        case .unsent(let message), .lost(let message), .refused(_, let message):
            throw .unreachable(state: failure.state, message: message)
        case .unreachable, .stopped, .journal: throw failure
        }
    }

    /// Forgets the session, which ends it.
    mutating func drop() { session = nil }

    /// The pause before the next attempt.
    mutating func nextPause() -> Duration { backoff.next() }

    /// Begins with short pauses again.
    mutating func forgetFailures() { backoff.reset() }

    /// Pauses before the next attempt, not beyond the deadline.
    mutating func pause(until deadline: MonotonicInstant) throws(PostgresFailure) {
        let end = min(MonotonicClock.now + backoff.next(), deadline)
        if SocketWait.wait(for: nil, orBell: stop, until: end).isRung { throw .stopped }
    }

    /// What every session is set to, whatever the server's and the role's defaults are.
    private var settings: [PostgresStatement] {
        let values = [
            ("default_transaction_isolation", "read committed"),
            ("client_min_messages", "warning"),
            ("lock_timeout", "\(configuration.lockTimeout.milliseconds)"),
            ("statement_timeout", "\(configuration.statementTimeout.milliseconds)"),
            ("idle_in_transaction_session_timeout", "\(role.idleTimeout.milliseconds)"),
        ]
        let set = values.map { name, value in
            PostgresStatement("SELECT set_config($1, $2, false)", .text(name), .text(value))
        }
        guard role.waitsForStandby else {
            let local = "SELECT set_config('synchronous_commit', 'local', false)"
            return set + [PostgresStatement(local)]
        }
        // Less than `on` would acknowledge what a crash or a failover loses; more may stay. Always set,
        // so that a default that is changed later changes no session.
        let durable = PostgresStatement(
            """
            SELECT set_config(
                'synchronous_commit',
                CASE current_setting('synchronous_commit')
                    WHEN 'remote_apply' THEN 'remote_apply' ELSE 'on'
                END,
                false
            )
            """
        )
        return set + [durable]
    }
}

extension Duration {
    /// Whole milliseconds, rounded up.
    fileprivate var milliseconds: Int64 { (nanosecondsClamped + 999_999) / 1_000_000 }
}
#endif
