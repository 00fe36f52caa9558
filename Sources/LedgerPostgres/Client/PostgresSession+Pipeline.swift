#if PostgreSQL
import CPostgres
import Platform

extension PostgresSession {
    /// Sends statements at once, and waits for the results of all: one round trip.
    ///
    /// Without a `BEGIN` among them they are one transaction, which commits when all have succeeded.
    /// After a failure the rest was not done.
    ///
    /// - Throws: `.refused`, and then a transaction that was begun was rolled back; `.unsent`, `.lost`.
    func run(
        _ statements: [PostgresStatement],
        until deadline: MonotonicInstant
    ) throws(PostgresFailure) -> [PostgresResult] {
        try requireAlive()
        do {
            let expected = try send(statements)
            try flush(until: deadline)
            return try receive(expected, until: deadline)
        } catch {
            if case .refused = error { try rollBack(until: deadline) }
            throw error
        }
    }

    /// Runs one statement.
    func run(
        _ statement: PostgresStatement,
        until deadline: MonotonicInstant
    ) throws(PostgresFailure) -> PostgresResult {
        let results = try run([statement], until: deadline)
        guard let result = results.first else { throw lose("no result of a statement") }
        return result
    }

    /// Reads what came by itself, and answers whether there were notifications.
    ///
    /// - Throws: `.unsent` when the session is found lost.
    func takeNotifications() throws(PostgresFailure) -> Bool {
        try requireAlive()
        var isNotified = false
        while let notification = unsafe PQnotifies(connection) {
            isNotified = true
            unsafe PQfreemem(notification)
        }
        return isNotified
    }

    /// The socket, to wait for notifications.
    var socket: Int32? {
        let socket = unsafe PQsocket(connection)
        return socket < 0 ? nil : socket
    }

    /// Finds out whether the server has ended the session meanwhile, without a round trip.
    private func requireAlive() throws(PostgresFailure) {
        // What came before the end of the stream is read first, and then the end.
        while !isBroken, isReadable {
            if unsafe PQconsumeInput(connection) == 0 { isBroken = true }
            // Parses what was read: notices and notifications.
            _ = unsafe PQisBusy(connection)
        }
        let status = unsafe PQstatus(connection)
        if isBroken || status == CONNECTION_BAD {
            isBroken = true
            throw .unsent(errorMessage)
        }
    }

    private var isReadable: Bool {
        let atOnce = MonotonicInstant(nanoseconds: 0)
        return SocketWait.wait(for: socket, orBell: nil, until: atOnce).isReadable
    }

    private func rollBack(until deadline: MonotonicInstant) throws(PostgresFailure) {
        let status = unsafe PQtransactionStatus(connection)
        guard status == PQTRANS_INTRANS || status == PQTRANS_INERROR else { return }
        _ = try receive(send([PostgresStatement("ROLLBACK")]), until: deadline)
    }

    // MARK: Sending

    /// What the server will answer, in order: the name of the statement that a command prepares, or
    /// nil for a statement's own result.
    private typealias Expected = [String?]

    private func send(_ statements: [PostgresStatement]) throws(PostgresFailure) -> Expected {
        var expected: Expected = []
        for statement in statements {
            if let name = statement.name, !prepared.contains(name) {
                let types = statement.parameters.map { parameter in parameter.type }
                guard
                    unsafe PQsendPrepare(
                        connection,
                        name,
                        statement.sql,
                        Int32(types.count),
                        types
                    ) == 1
                else { throw lose(errorMessage) }
                expected.append(name)
            }
            try send(statement)
            expected.append(nil)
        }
        guard unsafe PQpipelineSync(connection) == 1 else { throw lose(errorMessage) }
        return expected
    }

    private func send(_ statement: PostgresStatement) throws(PostgresFailure) {
        let parameters = statement.parameters
        // One block for all values: libpq copies them into its own buffer at once.
        var block: [UInt8] = [0]
        var offsets: [Int] = []
        block.reserveCapacity(parameters.reduce(1) { $0 + $1.bytes.count })
        for parameter in parameters {
            offsets.append(block.count)
            block += parameter.bytes
        }
        let types = parameters.map { parameter in parameter.type }
        let lengths = parameters.map { parameter in Int32(parameter.bytes.count) }
        let formats = [Int32](repeating: 1, count: parameters.count)
        let isSent = unsafe block.withUnsafeBytes { block in
            let values = unsafe offsets.map { offset in
                unsafe block.baseAddress?.advanced(by: offset).assumingMemoryBound(to: CChar.self)
            }
            let count = Int32(parameters.count)
            if let name = statement.name {
                return unsafe PQsendQueryPrepared(
                    connection,
                    name,
                    count,
                    values,
                    lengths,
                    formats,
                    1
                )
            }
            return unsafe PQsendQueryParams(
                connection,
                statement.sql,
                count,
                types,
                values,
                lengths,
                formats,
                1
            )
        }
        guard isSent == 1 else { throw lose(errorMessage) }
    }

    private func flush(until deadline: MonotonicInstant) throws(PostgresFailure) {
        while true {
            let status = unsafe PQflush(connection)
            if status == 0 { return }
            if status < 0 { throw lose(errorMessage) }
            // The server may be stuck on sending as well: reading meanwhile lets it go on.
            let outcome = SocketWait.wait(
                for: socket,
                writing: true,
                orBell: stopBell,
                until: deadline
            )
            if outcome.isRung { throw stopped() }
            if outcome.isTimedOut { throw lose("the server did not take a statement in time") }
            if outcome.isReadable, unsafe PQconsumeInput(connection) == 0 {
                throw lose(errorMessage)
            }
        }
    }

    // MARK: Receiving

    private func receive(
        _ expected: Expected,
        until deadline: MonotonicInstant
    ) throws(PostgresFailure) -> [PostgresResult] {
        var results: [PostgresResult] = []
        var failure: PostgresFailure?
        for preparing in expected {
            while let result = try nextResult(until: deadline) {
                switch result.status {
                case PGRES_TUPLES_OK, PGRES_COMMAND_OK:
                    if let name = preparing {
                        prepared.insert(name)
                    } else {
                        results.append(result)
                    }
                // Behind a failure the server passes over the rest.
                case PGRES_PIPELINE_ABORTED: continue
                default:
                    let refusal = try refusal(of: result)
                    failure = failure ?? refusal
                }
            }
        }
        guard let sync = try nextResult(until: deadline), sync.status == PGRES_PIPELINE_SYNC else {
            throw lose(errorMessage)
        }
        if let failure { throw failure }
        return results
    }

    /// - Throws: `.lost` when the error ends the session: what became of the statement is not known.
    private func refusal(of result: PostgresResult) throws(PostgresFailure) -> PostgresFailure {
        let message = withoutSecret(result.diagnosis(bindery_diagnosis_message))
        let state = result.diagnosis(bindery_diagnosis_state)
        let severity = result.diagnosis(bindery_diagnosis_severity)
        // Libpq makes up results without a severity when it loses the server.
        if severity == "FATAL" || severity == "PANIC" || severity.isEmpty {
            throw lose(message.isEmpty ? errorMessage : message)
        }
        return .refused(state: state, message: message)
    }

    /// The next result; nil at the end of a command.
    private func nextResult(
        until deadline: MonotonicInstant
    ) throws(PostgresFailure) -> PostgresResult? {
        while unsafe PQisBusy(connection) == 1 {
            let outcome = SocketWait.wait(for: socket, orBell: stopBell, until: deadline)
            if outcome.isRung { throw stopped() }
            if outcome.isTimedOut { throw lose("the server did not answer in time") }
            if unsafe PQconsumeInput(connection) == 0 { throw lose(errorMessage) }
        }
        guard let result = unsafe PQgetResult(connection) else {
            if unsafe PQstatus(connection) == CONNECTION_BAD { throw lose(errorMessage) }
            return nil
        }
        return unsafe PostgresResult(adopting: result)
    }

    /// What waits for a session that ends knows nothing of its statement.
    private func stopped() -> PostgresFailure {
        isBroken = true
        return .stopped
    }

    private func lose(_ message: String) -> PostgresFailure {
        isBroken = true
        return .lost(message)
    }
}
#endif
