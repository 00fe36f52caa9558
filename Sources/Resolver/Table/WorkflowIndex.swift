import Model

/// Finds the bindings of a slot that serve a workflow, without looking at those that name others.
struct WorkflowIndex: Sendable {
    /// A binding that admits the workflow, and how closely it names it.
    struct Hit {
        let binding: Int
        let specificity: Specificity
    }

    /// Bindings whose scope lists names alone, by name.
    private var named: [String: [Int]] = [:]
    /// Bindings with a wildcard in their list.
    private var patterned: [(binding: Int, list: [Pattern])] = []
    /// Bindings without a list.
    private var unlisted: [Int] = []

    /// Adds a binding; bindings come in the order written.
    mutating func add(_ binding: Int, _ list: [Pattern]?) {
        guard let list else {
            unlisted.append(binding)
            return
        }
        guard list.allSatisfy(\.isExact) else {
            patterned.append((binding, list))
            return
        }
        for pattern in list where named[pattern.text]?.last != binding {
            named[pattern.text, default: []].append(binding)
        }
    }

    /// Calls `body` with each binding that admits the workflow, each once.
    ///
    /// - Complexity: O(bindings that admit it, and those with wildcards).
    func forEachHit(_ workflow: WorkflowName, _ body: (Hit) -> Void) {
        for binding in named[workflow.text] ?? [] {
            body(Hit(binding: binding, specificity: .exact))
        }
        for entry in patterned {
            if let specificity = Specificity.of(workflow.text, in: entry.list) {
                body(Hit(binding: entry.binding, specificity: specificity))
            }
        }
        for binding in unlisted { body(Hit(binding: binding, specificity: .absentList)) }
    }
}
