import Synchronization

/// Which deliveries of webhooks the trail is known to have a record of.
///
/// Duplicates are recorded within a budget, so that who repeats one delivery does not fill the trail.
/// That is right only for what has its record: the first one's may have failed after the log had it,
/// or its process may have ended in between. The provider comes again then, as a duplicate, and that
/// one's record is owed whatever the budget says.
final class WebhookTrail: Sendable {
    /// The most deliveries that are remembered; of an older one the trail is asked.
    static let countMax = 20_000

    /// What is known of a delivery's record.
    enum Standing: Hashable {
        /// It is there.
        case recorded
        /// Another request is finding out, or writes it.
        case claimed
        /// Nothing: whoever is told so finds out, and settles or releases it.
        case unknown
    }

    private struct Content {
        /// Two generations, so that the oldest half is forgotten at once.
        var newer: Set<String> = []
        var older: Set<String> = []
        var claimed: Set<String> = []
    }

    private let content = Mutex(Content())

    /// What is known of a delivery's record; one of which nothing is known is the caller's to find out.
    func claim(_ deliveryID: String) -> Standing {
        content.withLock { content in
            if content.newer.contains(deliveryID) || content.older.contains(deliveryID) {
                return .recorded
            }
            return content.claimed.insert(deliveryID).inserted ? .unknown : .claimed
        }
    }

    /// Notes that the delivery has a record.
    func settle(_ deliveryID: String) {
        content.withLock { content in
            content.claimed.remove(deliveryID)
            content.newer.insert(deliveryID)
            guard content.newer.count >= Self.countMax / 2 else { return }
            (content.older, content.newer) = (content.newer, [])
        }
    }

    /// Notes that it could not be found out, or not be written.
    func release(_ deliveryID: String) {
        content.withLock { _ = $0.claimed.remove(deliveryID) }
    }
}
