public import Model

/// Finds what serves a workflow, the bindings of a slot or the rules over an offer, without looking
/// at those that name others.
///
/// Names are found by hash, patterns by what they start with. Patterns that start with a star are
/// each looked at, which is linear in their bytes.
public struct WorkflowIndex: Sendable {
    /// What admits the workflow, and how closely it names it.
    public struct Hit {
        /// The number that it was added under.
        public let binding: Int
        /// How closely its list names the workflow.
        public let specificity: Specificity

        static func precedes(_ left: Hit, _ right: Hit) -> Bool {
            left.binding == right.binding
                ? left.specificity < right.specificity : left.binding < right.binding
        }
    }

    /// The bindings that list the name.
    private var named: [String: [Int]] = [:]
    /// The patterns that bindings list.
    private var starred = StartIndex<(binding: Int, pattern: Pattern)>()
    /// The bindings without a list.
    private var unlisted: [Int] = []

    /// An index of nothing.
    public init() {}

    /// Adds a list under a number; numbers come in ascending order.
    public mutating func add(_ binding: Int, _ list: [Pattern]?) {
        guard let list else {
            unlisted.append(binding)
            return
        }
        for pattern in list {
            if pattern.isExact {
                Self.append(binding, to: &named[pattern.text, default: []])
            } else {
                starred.update(pattern) { $0.append((binding, pattern)) }
            }
        }
    }

    /// A binding that lists a name twice stands once.
    private static func append(_ binding: Int, to bindings: inout [Int]) {
        guard bindings.last != binding else { return }
        bindings.append(binding)
    }

    /// Calls `body` with each binding that admits the workflow, each once.
    ///
    /// - Returns: How many steps it took to compare patterns.
    /// - Complexity: O(bindings that admit it, and bytes of the patterns that start like it).
    public func forEachHit(_ workflow: WorkflowName, _ body: (Hit) -> Void) -> Int {
        var stepCount = 0
        var hits = starred.isEmpty ? [] : starredHits(workflow.text, &stepCount)
        if hits.isEmpty {
            for binding in named[workflow.text] ?? [] {
                body(Hit(binding: binding, specificity: .exact))
            }
        } else {
            // A binding may list a name and patterns that match it; the closest one counts.
            hits += (named[workflow.text] ?? []).map { Hit(binding: $0, specificity: .exact) }
            var last: Int?
            for hit in hits.sorted(by: Hit.precedes) where hit.binding != last {
                last = hit.binding
                body(hit)
            }
        }
        for binding in unlisted { body(Hit(binding: binding, specificity: .absentList)) }
        return stepCount
    }

    private func starredHits(_ name: String, _ stepCount: inout Int) -> [Hit] {
        var hits: [Hit] = []
        starred.forEachStart(of: name[...].utf8) { entries in
            for (binding, pattern) in entries
            where pattern.matches(name, stepCount: &stepCount) {
                hits.append(Hit(binding: binding, specificity: Specificity(pattern)))
            }
            return true
        }
        return hits
    }
}
