import HTTPWire
import Platform
import Synchronization

/// What other threads tell a loop.
enum LoopMessage: Sendable {
    /// The answer to a piece of a streamed body: whether to go on.
    typealias Reply = CheckedContinuation<Bool, Never>

    /// A new peer that speaks TLS or not, served or told that there are too many.
    case accepted(SocketPeer, isTLS: Bool, isRefused: Bool)
    /// A suspended request's answer.
    case answer(PeerToken, HTTPResponse)
    /// The next piece of a streamed answer.
    case piece(StreamID, [UInt8], Reply)
    /// A streamed answer is over; whole, or cut short by an error.
    case streamEnded(StreamID, isWhole: Bool)
    /// Finish what runs, until the deadline, then end.
    case drain(until: MonotonicInstant)
}

/// One streamed answer of one peer.
struct StreamID: Sendable, Hashable {
    let peer: PeerToken
    let exchange: Int
}

/// A loop's mailbox, open to any thread.
///
/// Bounded by what may write to it: one message for each peer's one running request, and one
/// for each accepted peer, of which there is a maximum.
final class LoopPort: Sendable {
    private struct Mailbox {
        var messages: [LoopMessage] = []
        var isOpen = true
    }

    private let mailbox = Mutex(Mailbox())
    private let waker: EventLoopWaker
    private let draining = Atomic<Bool>(false)

    init(waker: EventLoopWaker) { self.waker = waker }

    /// Whether the loop was told to drain.
    var isDraining: Bool { draining.load(ordering: .relaxed) }

    func beginDraining() { draining.store(true, ordering: .relaxed) }

    /// Delivers a message, and wakes the loop for the first one; false when the loop has ended.
    @discardableResult
    func post(_ message: LoopMessage) -> Bool {
        let (isOpen, isFirst) = mailbox.withLock { mailbox in
            guard mailbox.isOpen else { return (false, false) }
            mailbox.messages.append(message)
            return (true, mailbox.messages.count == 1)
        }
        if isFirst { waker.wake() }
        return isOpen
    }

    /// Takes all messages; called by the loop when it was woken.
    func take() -> [LoopMessage] {
        // Before the messages are taken: a wake that comes between the two is not lost.
        waker.acknowledge()
        return mailbox.withLock { mailbox in
            let messages = mailbox.messages
            mailbox.messages = []
            return messages
        }
    }

    /// Closes the mailbox and takes what is left in it.
    func close() -> [LoopMessage] {
        mailbox.withLock { mailbox in
            mailbox.isOpen = false
            let messages = mailbox.messages
            mailbox.messages = []
            return messages
        }
    }
}
