#if PostgreSQL
import Ledger

/// Why something could not be asked of the server; never with the password in it.
enum PostgresFailure: Error {
    /// The server refused a statement: nothing of its transaction was kept, and the session lives.
    case refused(state: String, message: String)
    /// The session was found lost before anything was sent on it.
    case unsent(String)
    /// The session was lost after something was sent: whether it was done is not known.
    case lost(String)
    /// No session could be had; the server's SQLSTATE, when it gave one.
    case unreachable(state: String?, message: String)
    /// The journal is being closed.
    case stopped
    /// What was found is the journal's own to tell.
    case journal(JournalError)

    /// What went wrong, for the operator.
    var message: String {
        switch self {
        case .refused(let state, let message): "the database refused: \(message) (\(state))"
        case .unsent(let message), .lost(let message): "the connection was lost: \(message)"
        case .unreachable(_, let message): "the database cannot be reached: \(message)"
        case .stopped: "the journal was closed"
        case .journal(let error): error.detail
        }
    }

    /// The server's SQLSTATE; nil when there is none.
    var state: String? {
        switch self {
        case .refused(let state, _): state
        case .unreachable(let state, _): state
        case .unsent, .lost, .stopped, .journal: nil
        }
    }

    /// The error that a caller sees to whom it does not matter what became of a statement.
    var journalError: JournalError {
        switch self {
        case .journal(let error): error
        case .refused(SQLState.diskFull, _): JournalError(.full, message)
        case .refused, .unsent, .lost, .unreachable, .stopped: JournalError(.unavailable, message)
        }
    }

    /// Whether a server that answers so will not answer otherwise by itself: a wrong password, user
    /// or database.
    var isLasting: Bool {
        guard let state else { return false }
        return state.hasPrefix("28") || state == SQLState.noDatabase || state == SQLState.noRight
    }
}

/// The codes of PostgreSQL (its manual, appendix A) that the journal tells apart.
enum SQLState {
    static let diskFull = "53100"
    static let readOnly = "25006"
    static let lockTimeout = "55P03"
    static let serialization = "40001"
    static let deadlock = "40P01"
    static let noDatabase = "3D000"
    static let noRight = "42501"

    /// Whether a statement that failed so has changed nothing and may succeed when tried again.
    static func isPassing(_ state: String) -> Bool {
        [readOnly, lockTimeout, serialization, deadlock, "53300", "53200"].contains(state)
    }
}
#endif
