/// The transfers that wait for room, the oldest first.
///
/// Its length is bounded by whoever lets transfers in.
struct WaitingLine {
    /// How often transfers whose time is over are looked for: the delay of their answer, and the
    /// price of a long line.
    static let checkInterval = Duration.milliseconds(50)

    private var transfers: [Transfer] = []
    // Transfers before this one have left: removing the first of an array moves all others.
    private var firstIndex = 0
    private var nextCheck = ContinuousClock.now

    var isEmpty: Bool { firstIndex == transfers.count }

    mutating func append(_ transfer: Transfer) { transfers.append(transfer) }

    mutating func popFirst() -> Transfer? {
        guard !isEmpty else { return nil }
        let transfer = transfers[firstIndex]
        firstIndex += 1
        if firstIndex * 2 > transfers.count { compact() }
        return transfer
    }

    /// Takes a transfer out of the line; false when it is not in it.
    mutating func remove(_ transfer: Transfer) -> Bool {
        compact()
        guard let index = transfers.firstIndex(where: { $0 === transfer }) else { return false }
        transfers.remove(at: index)
        return true
    }

    /// Takes out the transfers whose deadline has passed; looks only every `checkInterval`.
    mutating func takeExpired(now: ContinuousClock.Instant) -> [Transfer] {
        guard !isEmpty, now >= nextCheck else { return [] }
        nextCheck = now + Self.checkInterval
        compact()
        let expired = transfers.filter { $0.deadline <= now }
        if !expired.isEmpty { transfers.removeAll { $0.deadline <= now } }
        return expired
    }

    private mutating func compact() {
        transfers.removeFirst(firstIndex)
        firstIndex = 0
    }
}
