/// Whose turn it is: who waits for room, and how the room is shared.
///
/// What keeps other requests going (health checks, tokens, an issuer's keys) is favoured: it goes first,
/// and some of the room is its own, so that providers that hang take no more than the rest. It has twice
/// that at most, so that it takes nobody else's either. Where nothing is kept, all have all of the room.
struct TurnLines {
    /// The most transfers under way.
    let countMax: Int
    /// The room that is for favoured transfers alone.
    let reservedCount: Int

    private var favoured = WaitingLine()
    private var others = WaitingLine()
    private var favouredCount = 0
    private var otherCount = 0

    init(countMax: Int, reservedCount: Int) {
        self.countMax = countMax
        self.reservedCount = reservedCount
    }

    private var favouredCountMax: Int { reservedCount == 0 ? countMax : 2 * reservedCount }

    /// Whether nobody waits.
    var isEmpty: Bool { favoured.isEmpty && others.isEmpty }

    mutating func append(_ transfer: Transfer) {
        if transfer.isFavoured { favoured.append(transfer) } else { others.append(transfer) }
    }

    /// The next transfer that there is room for, the oldest first of each kind.
    mutating func popFirst() -> Transfer? {
        guard favouredCount + otherCount < countMax else { return nil }
        if favouredCount < favouredCountMax, let transfer = favoured.popFirst() { return transfer }
        return otherCount < countMax - reservedCount ? others.popFirst() : nil
    }

    /// Takes out one that waits, whether or not there is room; for the end of the loop.
    mutating func popAny() -> Transfer? { favoured.popFirst() ?? others.popFirst() }

    /// Takes a transfer out of the line; false when it is not in it.
    mutating func remove(_ transfer: Transfer) -> Bool {
        transfer.isFavoured ? favoured.remove(transfer) : others.remove(transfer)
    }

    /// Takes out the transfers whose deadline has passed.
    mutating func takeExpired(now: ContinuousClock.Instant) -> [Transfer] {
        favoured.takeExpired(now: now) + others.takeExpired(now: now)
    }

    /// Counts a transfer that is under way now.
    mutating func begin(_ transfer: Transfer) { count(transfer, 1) }

    /// Counts a transfer that was under way and has ended.
    mutating func end(_ transfer: Transfer) { count(transfer, -1) }

    private mutating func count(_ transfer: Transfer, _ change: Int) {
        if transfer.isFavoured { favouredCount += change } else { otherCount += change }
    }
}

extension OutboundEffect {
    /// Whether other requests wait for it, or a provider's standing depends on it.
    var isFavoured: Bool {
        switch self {
        case .healthCheck, .token, .secret, .issuerKeys: true
        case .call, .alert, .commandLine: false
        }
    }
}

extension Transfer {
    /// Whether room is kept for it.
    var isFavoured: Bool { exchange.effect.isFavoured }
}
