import Platform

/// Names a peer of one loop, and never another one: slots are used again, generations are not.
struct PeerToken: Sendable, Hashable {
    let rawValue: UInt64

    init(rawValue: UInt64) { self.rawValue = rawValue }

    init(slot: Int, generation: UInt32) {
        rawValue = UInt64(generation) << 32 | UInt64(UInt32(slot))
    }

    var slot: Int { Int(rawValue & 0xFFFF_FFFF) }
    var generation: UInt32 { UInt32(rawValue >> 32) }
}

/// The peers of one loop and their deadlines.
///
/// Deadlines lie side by side, so that a sweep over ten thousand of them reads 80 KB in a row.
struct PeerTable {
    private var slots: [Peer?] = []
    private var generations: [UInt32] = []
    private var deadlines: [MonotonicInstant] = []
    private var freeSlots: [Int] = []

    /// How many peers there are.
    private(set) var count = 0

    subscript(token: PeerToken) -> Peer? {
        guard token.slot < slots.count, generations[token.slot] == token.generation else {
            return nil
        }
        return slots[token.slot]
    }

    /// Gives a slot to the peer that `make` builds for its token.
    mutating func insert(_ make: (PeerToken) -> Peer) -> Peer {
        let slot = freeSlots.popLast() ?? appendSlot()
        let peer = make(PeerToken(slot: slot, generation: generations[slot]))
        slots[slot] = peer
        count += 1
        return peer
    }

    mutating func remove(_ token: PeerToken) {
        precondition(self[token] != nil, "a peer is removed once")
        slots[token.slot] = nil
        deadlines[token.slot] = .never
        generations[token.slot] &+= 1
        freeSlots.append(token.slot)
        count -= 1
    }

    mutating func setDeadline(_ deadline: MonotonicInstant, of token: PeerToken) {
        deadlines[token.slot] = deadline
    }

    /// The peers whose deadline has passed.
    func expired(at now: MonotonicInstant) -> [Peer] {
        var expired: [Peer] = []
        for slot in deadlines.indices where deadlines[slot] <= now {
            if let peer = slots[slot] { expired.append(peer) }
        }
        return expired
    }

    /// All peers.
    var all: [Peer] { slots.compactMap(\.self) }

    private mutating func appendSlot() -> Int {
        slots.append(nil)
        generations.append(0)
        deadlines.append(.never)
        return slots.count - 1
    }
}
