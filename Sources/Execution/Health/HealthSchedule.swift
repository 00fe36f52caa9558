import Platform

/// When which connection is checked next: a heap by time.
///
/// Adding, removing and taking what is due cost O(log n), and looking whether anything is due O(1),
/// so a tick costs nothing while nothing is due, however many connections there are. What was removed
/// or moved stays in the heap until its time comes or half of the heap is such.
struct HealthSchedule {
    private struct Node {
        let due: MonotonicInstant
        let turn: UInt64
        let target: HealthTarget
    }

    private var heap: [Node] = []
    /// The turn for which a target waits; 0 while it is being checked.
    private var turns: [HealthTarget: UInt64] = [:]
    private var lastTurn: UInt64 = 0

    /// How many targets there are, those that are being checked included.
    var count: Int { turns.count }

    /// Whether the target is here.
    func contains(_ target: HealthTarget) -> Bool { turns[target] != nil }

    /// Whether the target was taken, and neither put nor removed since.
    func isBeingChecked(_ target: HealthTarget) -> Bool { turns[target] == 0 }

    /// The targets.
    var targets: Dictionary<HealthTarget, UInt64>.Keys { turns.keys }

    /// When the first is due; nil when none waits.
    mutating func nextDue() -> MonotonicInstant? {
        dropStale()
        return heap.first?.due
    }

    /// Puts a target in, or moves it.
    mutating func put(_ target: HealthTarget, at due: MonotonicInstant) {
        lastTurn += 1
        turns[target] = lastTurn
        push(Node(due: due, turn: lastTurn, target: target))
        // Amortized: as many were pushed since the last time.
        guard heap.count > 2 * turns.count + 64 else { return }
        let kept = heap.filter { turns[$0.target] == $0.turn }
        heap = kept.sorted { $0.due < $1.due }
    }

    /// Takes a target out.
    mutating func remove(_ target: HealthTarget) { turns[target] = nil }

    /// Takes the first that is due; it stays a target, and waits for nothing until it is put again.
    mutating func takeDue(at now: MonotonicInstant) -> HealthTarget? {
        dropStale()
        guard let first = heap.first, first.due <= now else { return nil }
        pop()
        turns[first.target] = 0
        return first.target
    }

    private mutating func dropStale() {
        while let first = heap.first, turns[first.target] != first.turn { pop() }
    }

    private mutating func push(_ node: Node) {
        heap.append(node)
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].due < heap[parent].due else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    private mutating func pop() {
        let last = heap.removeLast()
        guard !heap.isEmpty else { return }
        heap[0] = last
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < heap.count && heap[child].due < heap[least].due {
                least = child
            }
            guard least != parent else { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
