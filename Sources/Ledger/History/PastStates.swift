import Model
import Synchronization

/// A few past states that were asked for lately, and how many wait for another one.
final class PastStates: Sendable {
    /// The most states kept; each is as large as the catalog and one tenant.
    static let countMax = 8
    /// The most that read the journal's history or wait for it at one time.
    static let readerCountMax = 64

    /// Names a past state.
    struct Key: Sendable, Hashable {
        let tenant: TenantID
        let revision: UInt64
    }

    private struct Content {
        /// The one that was used last comes last.
        var states: [(key: Key, state: State)] = []
        var readerCount = 0
    }

    private let content = Mutex(Content())

    /// A state that is kept.
    func state(_ key: Key) -> State? {
        content.withLock { content in
            guard let index = content.states.firstIndex(where: { $0.key == key }) else {
                return nil
            }
            let found = content.states.remove(at: index)
            content.states.append(found)
            return found.state
        }
    }

    /// Keeps a state, in the place of the one that was not used for longest.
    func keep(_ state: State, _ key: Key) {
        content.withLock { content in
            content.states.removeAll { $0.key == key }
            if content.states.count >= Self.countMax { content.states.removeFirst() }
            content.states.append((key, state))
        }
    }

    /// Counts a reader of the history; false when there are too many.
    func enter() -> Bool {
        content.withLock { content in
            guard content.readerCount < Self.readerCountMax else { return false }
            content.readerCount += 1
            return true
        }
    }

    /// Lets the next one in.
    func leave() { content.withLock { $0.readerCount -= 1 } }
}
