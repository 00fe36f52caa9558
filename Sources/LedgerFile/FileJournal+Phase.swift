import Ledger

extension FileJournal {
    /// Where a journal is in its life: new, loading, open, closed.
    enum Phase {
        case new
        case loading
        /// The folder is held, and the log ended there when it was loaded.
        case open(any AnyObject & Sendable, LogEnd)
        case closed

        /// Leaves `new`.
        mutating func begin() throws(JournalError) {
            switch self {
            case .new: self = .loading
            case .loading, .open: preconditionFailure("a journal is loaded once")
            case .closed: throw Self.isClosed
            }
        }

        /// Where the log ended when it was loaded.
        func end() throws(JournalError) -> LogEnd {
            switch self {
            case .new, .loading: preconditionFailure("a journal is loaded before it is used")
            case .open(_, let end): return end
            case .closed: throw Self.isClosed
            }
        }

        /// Goes to `closed`, and hands on what is held.
        mutating func close() -> (any AnyObject & Sendable)? {
            defer { self = .closed }
            guard case .open(let lock, _) = self else { return nil }
            return lock
        }

        static let isClosed = JournalError(.unavailable, "the journal was closed")
    }
}
