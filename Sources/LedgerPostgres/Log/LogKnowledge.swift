#if PostgreSQL
import Ledger
import Platform
import Synchronization

/// What the parts of a journal know together of their log.
///
/// The **identity** is the last record that this process has read or written, and its batch. Batches
/// have names of chance, so a log that has another batch at that position, or none, is not the log
/// that was read: a standby that had not received everything was promoted, or a backup was restored.
/// Every session checks it before it is used, and every look at the head.
final class LogKnowledge: Sendable {
    /// A record, by its position and the batch that it came with.
    struct Identity: Sendable, Equatable {
        let position: Int64
        /// Nil at position 0.
        let batch: [UInt8]?
    }

    private struct Content {
        var identity = Identity(position: 0, batch: nil)
        var divergence: JournalError?
        var isUnsettled = false
        var headPosition: UInt64 = 0
        var lookedAt = MonotonicClock.now
        var isConnected = false
        var failure: String?
    }

    private let content = Mutex(Content())

    /// The last record that was read or written.
    var identity: Identity { content.withLock { content in content.identity } }

    /// Moves the identity on; an older record than the known one changes nothing.
    func note(_ identity: Identity) {
        content.withLock { content in
            if identity.position > content.identity.position { content.identity = identity }
        }
    }

    /// Whether a batch was sent of which it is not known whether it was committed.
    var isUnsettled: Bool {
        get { content.withLock { content in content.isUnsettled } }
        set { content.withLock { content in content.isUnsettled = newValue } }
    }

    /// - Throws: `.diverged` once the log was found to be another.
    func requireSame() throws(PostgresFailure) {
        if let divergence = content.withLock({ content in content.divergence }) {
            throw .journal(divergence)
        }
    }

    /// Compares a head with an identity that was taken before the head was read.
    ///
    /// `batch` is that of the record at the identity's position, where it was looked for and still
    /// is: retention may have removed it.
    func check(
        _ identity: Identity,
        against head: LogHead,
        batch: [UInt8]? = nil
    ) throws(PostgresFailure) {
        let isSame =
            if head.position == identity.position {
                head.batch == identity.batch
            } else {
                head.position > identity.position && (batch == nil || batch == identity.batch)
            }
        if isSame { return }
        let divergence = JournalError(
            .diverged,
            "the database lost entries that were acknowledged: this process has read the log up to "
                + "position \(identity.position), and the log that ends at \(head.position) is "
                + "another. A standby with asynchronous replication was promoted, or a backup was "
                + "restored; restart this process to go on with what the database has"
        )
        content.withLock { content in content.divergence = divergence }
        throw .journal(divergence)
    }

    // MARK: The standing

    /// What is known of the end of the log.
    var standing: SharedJournalStanding {
        content.withLock { content in
            SharedJournalStanding(
                isConnected: content.isConnected,
                headPosition: content.headPosition,
                age: MonotonicClock.now - content.lookedAt,
                failure: content.divergence?.detail ?? content.failure
            )
        }
    }

    /// The position of the last record, when it was last looked at.
    var headPosition: UInt64 { content.withLock { content in content.headPosition } }

    /// The head was seen there just now.
    func sawHead(at position: Int64) {
        content.withLock { content in
            content.headPosition = max(content.headPosition, UInt64(position))
            content.lookedAt = MonotonicClock.now
        }
    }

    /// There is a connection to follow with.
    func connected() {
        content.withLock { content in
            content.isConnected = true
            content.failure = nil
        }
    }

    /// There is none.
    func disconnected(_ failure: String) {
        content.withLock { content in
            content.isConnected = false
            content.failure = failure
        }
    }
}
#endif
