#if PostgreSQL
import CPostgres
import Platform

/// One connection to a server, driven by the readiness of its socket.
///
/// No call of libpq blocks here: the connection is made step by step, the socket is non-blocking, and
/// statements go out in pipeline mode. What waits is `SocketWait`, each time up to a deadline, on the
/// thread of the queue that owns the session. The one exception is the look-up of a host's name, for
/// which libpq has no other way; it too happens on that thread.
///
/// A session that was lost stays so; who needs another makes another.
@safe final class PostgresSession {
    let connection: OpaquePointer
    /// Whether it was lost.
    var isBroken = false
    /// Ends waits for answers when it rings, and the session with them; nil for who must know them.
    var stopBell: Bell?
    /// Whether the server warned of something since this was last set to false.
    ///
    /// A commit whose wait for a synchronous standby was broken off succeeds with a warning: it may
    /// not be on the standby.
    var hasWarned = false
    /// The names of the statements that the server has prepared.
    var prepared: Set<String> = []
    private let secret: String?

    /// Begins a connection; `connect` makes it.
    private init(_ options: DatabaseOptions) throws(PostgresFailure) {
        secret = options.password
        guard let connection = unsafe options.withStrings(unsafe Self.begin) else {
            throw .unreachable(state: nil, message: "no memory for a connection")
        }
        unsafe self.connection = unsafe connection
        // The code of a refusal at the start stands nowhere but in a verbose message.
        unsafe PQsetErrorVerbosity(connection, PQERRORS_VERBOSE)
        watchNotices()
    }

    deinit { unsafe PQfinish(connection) }

    private static func begin(_ names: CStrings, _ values: CStrings) -> OpaquePointer? {
        unsafe PQconnectStartParams(names, values, 0)
    }

    /// Makes a connection to one host, unless the bell rings or the time is up.
    static func connect(
        to options: DatabaseOptions,
        orBell bell: Bell,
        until deadline: MonotonicInstant
    ) throws(PostgresFailure) -> PostgresSession {
        let session = try PostgresSession(options)
        var isWriting = true
        // As the manual has it: before the first call, wait as if the last had said "writing".
        while unsafe PQstatus(session.connection) != CONNECTION_BAD {
            let outcome = SocketWait.wait(
                for: unsafe PQsocket(session.connection),
                reading: !isWriting,
                writing: isWriting,
                orBell: bell,
                until: deadline
            )
            if outcome.isRung { throw .stopped }
            if outcome.isTimedOut {
                throw .unreachable(state: nil, message: "\(options.place) did not answer in time")
            }
            switch unsafe PQconnectPoll(session.connection) {
            case PGRES_POLLING_READING: isWriting = false
            case PGRES_POLLING_WRITING: isWriting = true
            case PGRES_POLLING_OK: return try session.opened()
            default: throw session.refusal(at: options.place)
            }
        }
        throw session.refusal(at: options.place)
    }

    private func opened() throws(PostgresFailure) -> PostgresSession {
        unsafe PQsetErrorVerbosity(connection, PQERRORS_DEFAULT)
        guard unsafe PQsetnonblocking(connection, 1) == 0,
            unsafe PQenterPipelineMode(connection) == 1
        else { throw .unreachable(state: nil, message: errorMessage) }
        return self
    }

    private func refusal(at place: String) -> PostgresFailure {
        let lines = errorMessage.split(separator: "\n")
        let state = lines.compactMap(Self.state).last
        // The verbose form ends with the place in the server's source, which helps nobody.
        let text = lines.filter { line in !line.hasPrefix("LOCATION:") }.joined(separator: "; ")
        return .unreachable(state: state, message: text.isEmpty ? "\(place): no answer" : text)
    }

    /// The SQLSTATE in a verbose line: `… FATAL:  28P01: password authentication failed …`.
    private static func state(in line: Substring) -> String? {
        line.split(separator: " ")
            .first { word in
                word.count == 6 && word.last == ":"
                    && word.dropLast()
                        .allSatisfy { letter in
                            letter.isASCII && (letter.isNumber || letter.isUppercase)
                        }
                    && word.contains { letter in letter.isNumber }
            }
            .map { word in String(word.dropLast()) }
    }

    /// What libpq says last, without the password, should any part ever quote it.
    var errorMessage: String {
        let text = unsafe String(cString: PQerrorMessage(connection))
        return withoutSecret(text)
    }

    func withoutSecret(_ text: String) -> String {
        var text = text
        while text.last?.isNewline == true { text.removeLast() }
        guard let secret, !secret.isEmpty else { return text }
        return text.split(separator: secret, omittingEmptySubsequences: false)
            .joined(separator: "***")
    }

    /// Keeps libpq from writing to the standard error, and notes warnings.
    private func watchNotices() {
        let user = unsafe Unmanaged.passUnretained(self).toOpaque()
        // The session outlives its connection: `deinit` ends that first.
        unsafe PQsetNoticeReceiver(
            connection,
            { user, notice in
                guard let user = unsafe user, let notice = unsafe notice else { return }
                let session = unsafe Unmanaged<PostgresSession>.fromOpaque(user)
                    .takeUnretainedValue()
                let field = Int32(bindery_diagnosis_severity)
                guard let text = unsafe PQresultErrorField(notice, field) else { return }
                if unsafe String(cString: text) == "WARNING" { session.hasWarned = true }
            },
            user
        )
    }
}
#endif
