import Platform
import Synchronization

/// How many connections are open, in total and for each client address, against how many may be.
final class PeerBudget: Sendable {
    /// What a new connection gets.
    enum Admission: Hashable { case served, refused, dropped }

    private struct State {
        var servedCount = 0
        var refusedCount = 0
        /// Only addresses with a connection: as bounded as the connections are.
        var servedCounts: [String: Int] = [:]
    }

    private let countMax: Int
    private let addressCountMax: Int
    private let overflowMax: Int
    private let state = Mutex(State())
    /// How often connections were kept out.
    let limits = LimitCounters()

    /// At most `countMax` are served, `addressCountMax` of one address, and at most
    /// `overflowMax` more are told so at the same time.
    init(countMax: Int, addressCountMax: Int, overflowMax: Int) {
        self.countMax = countMax
        self.addressCountMax = addressCountMax
        self.overflowMax = overflowMax
    }

    /// Admits a connection from `address`; one that is not dropped must be released.
    func admit(from address: String) -> Admission {
        let (admission, limit) = judge(address)
        if let limit { limits.count(limit) }
        return admission
    }

    private func judge(_ address: String) -> (Admission, ServerLimit?) {
        state.withLock { state in
            let addressCount = state.servedCounts[address, default: 0]
            // All peers of a Unix-domain socket share one name, which is no client's address.
            let addressCountMax = address == SocketAddress.unixPeer.host ? Int.max : addressCountMax
            if state.servedCount < countMax, addressCount < addressCountMax {
                state.servedCount += 1
                state.servedCounts[address] = addressCount + 1
                return (.served, nil)
            }
            guard state.refusedCount < overflowMax else {
                return (.dropped, .peerOverflow)
            }
            state.refusedCount += 1
            return (.refused, state.servedCount < countMax ? .peersPerAddress : .peers)
        }
    }

    /// Takes a closed connection out of the count.
    func release(from address: String, isRefused: Bool) {
        state.withLock { state in
            guard !isRefused else {
                state.refusedCount -= 1
                return
            }
            state.servedCount -= 1
            let addressCount = state.servedCounts[address, default: 1] - 1
            state.servedCounts[address] = addressCount > 0 ? addressCount : nil
        }
    }
}
