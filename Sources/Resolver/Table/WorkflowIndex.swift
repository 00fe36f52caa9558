import Model

/// Finds the bindings of a slot that serve a workflow, without looking at those that name others.
///
/// Names are found by hash. Patterns are found by the hash of what they start with: a workflow's name
/// is hashed byte by byte, and looked up at each length that some pattern's start has. Whether a
/// pattern found so matches is then judged by itself, so a collision costs time and nothing else.
struct WorkflowIndex: Sendable {
    /// A binding that admits the workflow, and how closely it names it.
    struct Hit {
        let binding: Int
        let specificity: Specificity

        static func precedes(_ left: Hit, _ right: Hit) -> Bool {
            left.binding == right.binding
                ? left.specificity < right.specificity : left.binding < right.binding
        }
    }

    /// The bindings that list the name.
    private var named: [String: [Int]] = [:]
    /// The patterns that bindings list, by the hash of what they start with.
    private var starred: [StartHash: [(binding: Int, pattern: Pattern)]] = [:]
    /// The lengths of what patterns start with.
    private var startLengths: Set<Int> = []
    /// The bindings without a list.
    private var unlisted: [Int] = []
    /// How many bindings and patterns may have to be looked at, whatever the workflow.
    private(set) var scanCount = 0

    /// Adds a binding; bindings come in the order written.
    mutating func add(_ binding: Int, _ list: [Pattern]?) {
        guard let list else {
            unlisted.append(binding)
            scanCount += 1
            return
        }
        for pattern in list {
            if pattern.isExact {
                guard named[pattern.text]?.last != binding else { continue }
                named[pattern.text, default: []].append(binding)
            } else {
                let length = pattern.literalPrefixLength
                startLengths.insert(length)
                starred[StartHash(pattern.text.utf8.prefix(length)), default: []]
                    .append((binding, pattern))
                scanCount += 1
            }
        }
    }

    /// Calls `body` with each binding that admits the workflow, each once.
    ///
    /// - Complexity: O(bindings that admit it, and patterns that start like it).
    func forEachHit(_ workflow: WorkflowName, _ body: (Hit) -> Void) {
        var hits = starred.isEmpty ? [] : starredHits(workflow.text)
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
    }

    private func starredHits(_ name: String) -> [Hit] {
        var hits: [Hit] = []
        var hash = StartHash()
        var length = 0
        var bytes = name.utf8.makeIterator()
        while true {
            if startLengths.contains(length) {
                for (binding, pattern) in starred[hash] ?? [] where pattern.matches(name) {
                    hits.append(Hit(binding: binding, specificity: Specificity(pattern)))
                }
            }
            guard let byte = bytes.next() else { return hits }
            hash.append(byte)
            length += 1
        }
    }
}

/// The hash of a start of a name, which grows byte by byte (FNV-1a).
private struct StartHash: Hashable, Sendable {
    private var value: UInt64 = 0xCBF2_9CE4_8422_2325

    init() {}

    init(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { append(byte) }
    }

    mutating func append(_ byte: UInt8) {
        value = (value ^ UInt64(byte)) &* 0x100_0000_01B3
    }
}
