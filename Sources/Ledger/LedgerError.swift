/// Why the ledger can't do what was asked.
public struct LedgerError: Error, Sendable, Hashable {
    /// What went wrong, for code to switch over.
    public enum Code: Hashable, Sendable {
        /// Another process holds the journal.
        case locked
        /// The journal can't be read: damaged, or written by a newer version.
        case damaged
        /// Writing failed before, so nothing is acknowledged until the process starts again.
        case readOnly
        /// What would be written is larger than an entry may be; nothing else was affected.
        case tooLarge
        /// More writes wait than the bound allows.
        case overloaded
        /// Shut down, or the medium can't be reached: nothing was written.
        case unavailable
        /// The medium was lost while it committed: the write is in the log as a whole, or will never
        /// be; the state shows which, once the medium is back.
        case unknown
    }

    /// What went wrong, for code to switch over.
    public let code: Code
    /// What went wrong, for the operator; never sent to a client.
    public let detail: String

    /// An error.
    public init(_ code: Code, _ detail: String) {
        self.code = code
        self.detail = detail
    }

    /// What a journal's error means at start.
    init(atStart error: JournalError) {
        switch error.code {
        case .locked: self.init(.locked, error.detail)
        case .damaged, .newerFormat, .diverged: self.init(.damaged, error.detail)
        case .readOnly, .full: self.init(.readOnly, error.detail)
        case .conflict, .notKept, .unavailable, .unknown: self.init(.unavailable, error.detail)
        }
    }
}
