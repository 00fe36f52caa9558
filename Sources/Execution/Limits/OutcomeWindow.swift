import Platform

/// The outcomes of the last calls, in a ring of slots that cover a window of time.
struct OutcomeWindow: Sendable {
    private struct Slot {
        var number = Int64.min
        var callCount = 0
        var failureCount = 0
    }

    private static let slotCount: Int64 = 30
    /// Made at the first call, since most connections never have one.
    private var slots: [Slot] = []
    private let slotLength: Int64

    init(_ window: Duration) {
        slotLength = max(1, window.nanosecondsClamped / Self.slotCount)
    }

    mutating func add(isFailure: Bool, now: MonotonicInstant) {
        if slots.isEmpty { slots = Array(repeating: Slot(), count: Int(Self.slotCount)) }
        let number = now.nanoseconds / slotLength
        let index = Int(number % Self.slotCount)
        if slots[index].number != number { slots[index] = Slot(number: number) }
        slots[index].callCount += 1
        if isFailure { slots[index].failureCount += 1 }
    }

    /// The calls within the window, and how many of them failed.
    func counts(now: MonotonicInstant) -> (calls: Int, failures: Int) {
        let oldest = now.nanoseconds / slotLength - Self.slotCount
        var (calls, failures) = (0, 0)
        for slot in slots where slot.number > oldest {
            calls += slot.callCount
            failures += slot.failureCount
        }
        return (calls, failures)
    }

    mutating func clear() { slots = [] }
}
