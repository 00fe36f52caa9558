/// What clients saw of one object that is read and written under conditions, and whether a register
/// that does one operation after the other could have shown them that.
struct RegisterHistory {
    /// What was asked, and what was answered.
    enum Operation: Hashable, Sendable {
        /// A read that saw the tag.
        case read(tag: UInt64)
        /// A write on condition of the first tag that made the second one.
        case write(expected: UInt64, made: UInt64)
        /// A write on condition of a tag that was not, or no longer, the object's.
        case refused(expected: UInt64)
        /// A write that was never answered: it may have been made, with a tag that nobody knows.
        case unknown(expected: UInt64)
    }

    /// An operation, with the times at which it was sent and answered.
    struct Entry: Sendable {
        let operation: Operation
        let began: Int64
        let ended: Int64
    }

    /// The most states that a search looks at before it gives up.
    static let stepCountMax = 2_000_000

    /// What a search found.
    enum Verdict: Equatable {
        case linearizable
        case impossible
        case undecided
    }

    let start: UInt64
    let entries: [Entry]

    /// Searches for an order (Wing & Gong 1993).
    ///
    /// An operation may come next when none that is still to come was answered before it began. What
    /// led nowhere once is not tried again.
    func verdict() -> Verdict {
        let entries = entries.sorted { $0.began < $1.began }
        var seen: Set<Node> = []
        var stack = [Node(done: [], first: 0, tag: start)]
        var stepCount = 0
        while let node = stack.popLast() {
            stepCount += 1
            if stepCount > Self.stepCountMax { return .undecided }
            if node.first == entries.count { return .linearizable }
            for next in Self.candidates(node, entries) where seen.insert(next).inserted {
                stack.append(next)
            }
        }
        return .impossible
    }

    /// How far a search is: all before `first` are placed, and `done` behind it.
    private struct Node: Hashable {
        var done: Set<Int>
        var first: Int
        var tag: UInt64
    }

    private static func candidates(_ node: Node, _ entries: [Entry]) -> [Node] {
        var open: [Int] = []
        var horizon = Int64.max
        for index in node.first..<entries.count where !node.done.contains(index) {
            // Sorted by beginning: nothing behind it can come before the first that has ended.
            guard entries[index].began <= horizon else { break }
            open.append(index)
            horizon = min(horizon, entries[index].ended)
        }
        return open.flatMap { index in
            tags(after: entries[index].operation, on: node.tag)
                .map { tag in
                    var next = node
                    next.tag = tag
                    next.done.insert(index)
                    while next.done.remove(next.first) != nil { next.first += 1 }
                    return next
                }
        }
    }

    /// The sequential model: the tags that the register may have afterwards; none when it could not
    /// have answered so.
    private static func tags(after operation: Operation, on tag: UInt64) -> [UInt64] {
        switch operation {
        case .read(let seen): seen == tag ? [tag] : []
        case .write(let expected, let made): expected == tag && made > tag ? [made] : []
        case .refused(let expected): expected != tag ? [tag] : []
        // Made, its tag is none that anybody was told; or never made.
        case .unknown(let expected): expected == tag ? [tag, .max] : [tag]
        }
    }
}
