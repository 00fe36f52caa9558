/// One search of a text: all paths through the automaton at once.
struct ExpressionSearch {
    let states: [ExpressionState]
    var budget: Int
    /// The states that wait for a scalar.
    private var waiting: [Int] = []
    /// The states that waited for the scalar being taken.
    private var arrived: [Int] = []
    /// The step at which each state was last visited: each is visited once a step.
    private var visited: [Int]
    private var step = 0
    private var open: [Int] = []

    init(states: [ExpressionState], budget: Int) {
        self.states = states
        // Making room for the states is work too, which short texts would get for nothing.
        self.budget = budget - states.count / 8
        self.visited = Array(repeating: 0, count: states.count)
    }

    /// Whether a match starts anywhere in the text.
    mutating func finds(in text: String.UnicodeScalarView) -> Bool {
        var before: UInt32?
        var iterator = text.makeIterator()
        var next = iterator.next()?.value
        step = 1
        while true {
            // A match may start here, unless an earlier one is on this way already.
            if visit(0, before, next) { return true }
            guard let scalar = next, budget >= 0 else { return false }
            swap(&arrived, &waiting)
            waiting.removeAll(keepingCapacity: true)
            before = scalar
            next = iterator.next()?.value
            step += 1
            for index in arrived.indices {
                let state = arrived[index]
                guard case .scalar(let set) = states[state], set.contains(scalar) else { continue }
                if visit(state + 1, before, next) { return true }
            }
        }
    }

    /// Follows what takes no scalar from `state` on; answers whether it reaches the end.
    private mutating func visit(_ state: Int, _ before: UInt32?, _ after: UInt32?) -> Bool {
        open.append(state)
        while let state = open.popLast() {
            guard visited[state] != step else { continue }
            visited[state] = step
            budget -= 1
            guard budget >= 0 else { return false }
            switch states[state] {
            case .accept: return true
            case .scalar: waiting.append(state)
            case .jump(let target): open.append(target)
            case .fork(let target):
                open.append(target)
                open.append(state + 1)
            case .assertion(let assertion):
                if assertion.holds(between: before, and: after) { open.append(state + 1) }
            }
        }
        return false
    }
}
