import Platform
import Synchronization

/// Accepts connections on one thread and hands them to the loops in turn.
///
/// Ends the listening when it is stopped, and only then tells the loops to drain, so that no
/// peer is accepted into a loop that has ended.
final class Acceptor: Sendable {
    /// Why a batch of accepts ended.
    private enum Batch { case full, emptied, exhausted }

    private let listeners: [ServerListener]
    private let ports: [LoopPort]
    private let budget: PeerBudget
    private let drainDuration: Duration
    private let poller: EventLoopPoller
    private let waker: EventLoopWaker
    private let isStopping = Atomic<Bool>(false)
    private let reserve = SocketReserve()

    private static let wakeToken = UInt64.max
    /// Connections taken from one listener before the others have their turn.
    private static let batchCountMax = 64
    /// Batches taken at a stop: more than the kernel holds of connections that wait.
    private static let lastBatchCountMax = 128
    /// How long a listener rests when no descriptors are left.
    private static let exhaustionPause = Duration.milliseconds(100)

    init(
        listeners: [ServerListener],
        ports: [LoopPort],
        budget: PeerBudget,
        drainDuration: Duration
    ) throws(SystemError) {
        self.listeners = listeners
        self.ports = ports
        self.budget = budget
        self.drainDuration = drainDuration
        poller = try EventLoopPoller()
        waker = try EventLoopWaker(poller: poller, token: Self.wakeToken)
        for (index, listener) in listeners.enumerated() {
            try poller.add(listener.socket.descriptor, interest: .readable, token: UInt64(index))
        }
    }

    /// Makes `run` end; from any thread.
    func stop() {
        isStopping.store(true, ordering: .releasing)
        waker.wake()
    }

    /// Accepts until stopped, then lets the loops drain.
    func run() {
        var events = EventLoopPoller.Events()
        var nextPort = 0
        var resting: [Int] = []
        while !isStopping.load(ordering: .acquiring) {
            poller.wait(into: &events, timeout: resting.isEmpty ? nil : Self.exhaustionPause)
            for index in resting { watch(index, for: .readable) }
            resting = []
            for event in 0..<events.count where events.token(event) != Self.wakeToken {
                let index = Int(events.token(event))
                if accept(from: listeners[index], &nextPort) == .exhausted {
                    resting.append(index)
                }
            }
            for index in resting { watch(index, for: []) }
        }
        for listener in listeners { stopListening(on: listener, &nextPort) }
        for port in ports {
            port.beginDraining()
            port.post(.drain(until: MonotonicClock.now + drainDuration))
        }
    }

    private func watch(_ index: Int, for interest: Readiness) {
        poller.change(listeners[index].socket.descriptor, interest: interest, token: UInt64(index))
    }

    /// Takes what the kernel accepted for us, which was promised an answer, then refuses the rest.
    private func stopListening(on listener: ServerListener, _ nextPort: inout Int) {
        for _ in 0..<Self.lastBatchCountMax {
            guard accept(from: listener, &nextPort) == .full else { break }
        }
        poller.remove(listener.socket.descriptor)
        listener.socket.stopListening()
    }

    /// Accepts a batch; after an exhausted one, descriptors ran out and the listener must rest.
    private func accept(from listener: ServerListener, _ nextPort: inout Int) -> Batch {
        for _ in 0..<Self.batchCountMax {
            switch listener.socket.accept() {
            case .peer(let peer):
                hand(peer, of: listener, to: ports[nextPort])
                nextPort = (nextPort + 1) % ports.count
            case .wouldBlock: return .emptied
            case .aborted: continue
            case .exhausted:
                budget.limits.count(.acceptExhausted)
                reserve.shed(listener.socket)
                return .exhausted
            }
        }
        return .full
    }

    private func hand(_ peer: SocketPeer, of listener: ServerListener, to port: LoopPort) {
        let isTLS = listener.isTLS
        switch budget.admit(from: peer.address.host) {
        case .served: port.post(.accepted(peer, isTLS: isTLS, isRefused: false))
        case .refused: port.post(.accepted(peer, isTLS: isTLS, isRefused: true))
        // The last reference goes, and the connection with it.
        case .dropped: break
        }
    }
}
