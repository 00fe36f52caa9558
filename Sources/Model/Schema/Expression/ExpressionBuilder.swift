/// Turns a parsed expression into an automaton.
struct ExpressionBuilder {
    private var states: [ExpressionState] = []
    /// Trees visited so far: a repetition of nothing makes no states and still takes time.
    private var visitCount = 0

    /// The states; the first is where to start.
    mutating func build(_ tree: ExpressionTree) throws(ExpressionError) -> [ExpressionState] {
        try emit(tree)
        try append(.accept)
        return states
    }

    private mutating func append(_ state: ExpressionState) throws(ExpressionError) {
        guard states.count < RegularExpression.stateCountMax else { throw tooLarge }
        states.append(state)
    }

    private var tooLarge: ExpressionError {
        let limit = RegularExpression.stateCountMax
        let detail =
            "the pattern unfolds to more than \(limit) states; make its repetitions smaller"
        return ExpressionError(detail: detail)
    }

    private mutating func emit(_ tree: ExpressionTree) throws(ExpressionError) {
        visitCount += 1
        guard visitCount <= 4 * RegularExpression.stateCountMax else { throw tooLarge }
        switch tree {
        case .empty: break
        case .scalar(let set): try append(.scalar(set))
        case .assertion(let assertion): try append(.assertion(assertion))
        case .sequence(let parts): for part in parts { try emit(part) }
        case .choice(let parts): try choice(parts)
        case .repetition(let part, let min, let max): try repetition(part, min, max)
        }
    }

    private mutating func choice(_ parts: [ExpressionTree]) throws(ExpressionError) {
        var jumps: [Int] = []
        for part in parts.dropLast() {
            let fork = states.count
            try append(.fork(fork))
            try emit(part)
            jumps.append(states.count)
            try append(.jump(fork))
            states[fork] = .fork(states.count)
        }
        try emit(parts[parts.count - 1])
        for jump in jumps { states[jump] = .jump(states.count) }
    }

    private mutating func repetition(
        _ part: ExpressionTree,
        _ min: Int,
        _ max: Int?
    ) throws(ExpressionError) {
        for _ in 0..<min { try emit(part) }
        guard let max else {
            let fork = states.count
            try append(.fork(fork))
            try emit(part)
            try append(.jump(fork))
            states[fork] = .fork(states.count)
            return
        }
        // (x(x(x)?)?)?: whoever stops leaves all of them.
        var forks: [Int] = []
        for _ in min..<max {
            forks.append(states.count)
            try append(.fork(states.count))
            try emit(part)
        }
        for fork in forks { states[fork] = .fork(states.count) }
    }
}
