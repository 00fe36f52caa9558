import Platform

/// The outcomes of the last calls, in a ring of slots that cover a window of time.
struct OutcomeWindow: Sendable {
    private struct Slot {
        var number = Int64.min
        var callCount = 0
        var failureCount = 0
        var slowCount = 0
    }

    /// The calls of a window.
    struct Counts: Sendable {
        var calls = 0
        var failures = 0
        var slow = 0
    }

    private static let slotCount: Int64 = 30
    /// Made at the first call, since most connections never have one.
    private var slots: [Slot] = []
    private let slotLength: Int64

    init(_ window: Duration) {
        slotLength = max(1, window.nanosecondsClamped / Self.slotCount)
    }

    mutating func add(isFailure: Bool, isSlow: Bool, now: MonotonicInstant) {
        if slots.isEmpty { slots = Array(repeating: Slot(), count: Int(Self.slotCount)) }
        let number = now.nanoseconds / slotLength
        let index = Int(number % Self.slotCount)
        if slots[index].number != number { slots[index] = Slot(number: number) }
        slots[index].callCount += 1
        if isFailure { slots[index].failureCount += 1 }
        if isSlow { slots[index].slowCount += 1 }
    }

    /// The calls within the window, how many of them failed, and how many were slow.
    func counts(now: MonotonicInstant) -> Counts {
        let oldest = now.nanoseconds / slotLength - Self.slotCount
        var counts = Counts()
        for slot in slots where slot.number > oldest {
            counts.calls += slot.callCount
            counts.failures += slot.failureCount
            counts.slow += slot.slowCount
        }
        return counts
    }

    mutating func clear() { slots = [] }
}
