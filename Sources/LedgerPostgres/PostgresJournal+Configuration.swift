#if PostgreSQL
public import Ledger

extension PostgresJournal {
    /// Where a journal is, and its bounds.
    public struct Configuration: Sendable {
        /// The longest name of a ledger: with its prefix it has to fit into a channel's name.
        public static let ledgerByteCountMax = 48

        /// Where the database is.
        public let url: DatabaseURL
        /// Which of the database's ledgers: those that share a name share a log.
        public let ledger: String
        /// How many snapshots are kept; records that the oldest of them covers are removed.
        public var snapshotCount = 2
        /// How many records a snapshot is at least behind the one before it: of the processes that
        /// all think it is time for one, only the first saves it.
        public var snapshotSpacing: UInt64 = 0
        /// How long a start waits for the database.
        public var startTimeout = Duration.seconds(30)
        /// How long an append that lost its connection tries to find out what became of it.
        public var outcomeTimeout = Duration.seconds(20)
        /// How often a follower looks by itself, beside what it is notified of.
        public var pollingInterval = Duration.milliseconds(500)
        /// How long the head stays held when its holder is not heard of.
        public var headLease = Duration.seconds(5)
        /// How long one host may take to let a connection in.
        public var connectTimeout = Duration.seconds(5)
        /// How long a statement waits for a lock; longer than a head is held.
        public var lockTimeout = Duration.seconds(10)
        /// How long the server works on a statement.
        public var statementTimeout = Duration.seconds(30)
        /// How long a reader of the history, or a snapshot's source, may take between two parts.
        public var readerTimeout = Duration.seconds(300)

        /// The ledger named `ledger` in the database at `url`, with the usual bounds.
        ///
        /// A name is 1 to 48 bytes of `a` to `z`, digits, `-` and `_`.
        ///
        /// - Throws: `.unavailable` for a name that is none.
        public init(url: DatabaseURL, ledger: String = "main") throws(JournalError) {
            let isNamed = ledger.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                case UInt8(ascii: "-"), UInt8(ascii: "_"): true
                default: false
                }
            }
            guard isNamed, (1...Self.ledgerByteCountMax).contains(ledger.utf8.count) else {
                throw JournalError(
                    .unavailable,
                    "the name of a ledger is 1 to 48 of a to z, 0 to 9, - and _"
                )
            }
            self.url = url
            self.ledger = ledger
        }

        /// How long a statement is waited for here: the server's bound, and the way there and back.
        var answerTimeout: Duration { statementTimeout + .seconds(5) }
    }
}
#endif
