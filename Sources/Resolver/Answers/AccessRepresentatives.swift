import Model

/// The workflows that nobody has named yet, as far as scopes and rules tell them apart: one name for
/// those that nothing meets, one for each pattern, one for each two patterns that can meet.
///
/// Two are enough for scopes: who serves what many patterns meet was the best of one of them before
/// and is the best of one of them after, and serves what these two meet. Rules may tell more apart.
struct AccessRepresentatives {
    /// The most patterns that are looked at for a workflow of their own.
    static let patternCountMax = 1_000
    /// The most pairs of patterns.
    static let pairCountMax = 4_096

    /// A name in the place of many.
    struct Representative {
        /// The name that is asked about; nothing written is it.
        let name: WorkflowName
        /// How it is told: the pattern, or both, with `&` between them.
        let text: String
        /// Of two patterns how each is told: what is true of one of them is not told again.
        var parts: [String] = []
    }

    /// The patterns' own by text, then those of pairs, then that of everything else.
    private(set) var all: [Representative] = []
    /// Whether there were more than the bounds allow, or some that no name could be found for.
    private(set) var isCut = false

    private let names: Set<WorkflowName>
    private let fillings: [String]
    private let budget: WorkBudget

    /// - Parameters:
    ///   - patterns: the patterns that are written, each once; exact ones are left out.
    ///   - names: the names that are written, which stand for themselves.
    ///   - budget: what finding them may cost.
    init(_ patterns: some Sequence<Pattern>, _ names: Set<WorkflowName>, _ budget: WorkBudget) {
        self.names = names
        self.budget = budget
        let sorted = patterns.filter { !$0.isExact && !$0.matchesAll }
            .sorted { $0.text < $1.text }
        let looked = sorted.prefix(Self.patternCountMax).map { ($0, StarredText($0)) }
        fillings = Self.fillings(looked.map(\.0))
        isCut = sorted.count > looked.count
        for (_, text) in looked { add(text, told: text.text) }
        addPairs(looked)
        addEverythingElse(looked.map(\.0))
    }

    /// Texts that make no pattern match: of a letter that none of them has, where there is one.
    private static func fillings(_ patterns: [Pattern]) -> [String] {
        let letters = "Zq0Xj9KvWzQxJ7YkG3HfUwNb5"
        let written = Set(patterns.flatMap(\.text.utf8))
        let free = letters.filter { !written.contains($0.asciiValue ?? 0) }
        let others = ["0x7q", "9Zk4vW", "Jq08xK"]
            .filter { other in !patterns.contains { $0.text.contains(other) } }
        return free.prefix(3).map { String(repeating: $0, count: 3) } + others
            + free.prefix(1).map { String($0) }
    }

    private mutating func add(_ text: StarredText, told: String, parts: [String] = []) {
        for filling in fillings {
            guard let name = WorkflowName(text.filled(with: filling)), !names.contains(name) else {
                continue
            }
            all.append(Representative(name: name, text: told, parts: parts))
            return
        }
        isCut = true
    }

    private mutating func addPairs(_ patterns: [(pattern: Pattern, told: StarredText)]) {
        var pairCount = 0
        for (index, left) in patterns.enumerated() {
            for right in patterns[(index + 1)...] {
                guard budget.take(Pattern.comparisonStepCount) else {
                    isCut = true
                    return
                }
                guard left.pattern.intersects(right.pattern),
                    !budget.covers(left.pattern, right.pattern),
                    !budget.covers(right.pattern, left.pattern)
                else { continue }
                pairCount += 1
                guard pairCount <= Self.pairCountMax else {
                    isCut = true
                    return
                }
                let parts = [left.told.text, right.told.text]
                add(
                    left.told.met(by: right.told),
                    told: parts.joined(separator: " & "),
                    parts: parts
                )
            }
        }
    }

    private mutating func addEverythingElse(_ patterns: [Pattern]) {
        let free = fillings.first { filling in
            guard let name = WorkflowName(filling), !names.contains(name) else { return false }
            return !patterns.contains { budget.matches($0, filling) }
        }
        guard let name = free.flatMap({ WorkflowName($0) }) else {
            isCut = true
            return
        }
        all.append(Representative(name: name, text: "*"))
    }
}

/// A pattern as what stands between its stars.
private struct StarredText {
    private let start: String
    private let pieces: [String]
    private let end: String

    init(_ pattern: Pattern) {
        let parts = pattern.text.split(separator: "*", omittingEmptySubsequences: false)
            .map { String($0) }
        start = parts.first ?? ""
        end = parts.count > 1 ? parts[parts.count - 1] : ""
        pieces = parts.dropFirst().dropLast().filter { !$0.isEmpty }
    }

    private init(_ start: String, _ pieces: [String], _ end: String) {
        (self.start, self.pieces, self.end) = (start, pieces, end)
    }

    /// With one star in each place.
    var text: String { filled(with: "*") }

    func filled(with text: String) -> String {
        ([start] + pieces + [end]).joined(separator: text)
    }

    /// Some of what this one and another that it can meet match together: one start begins with the
    /// other, one end ends with the other.
    func met(by other: StarredText) -> StarredText {
        StarredText(
            start.utf8.count < other.start.utf8.count ? other.start : start,
            pieces + other.pieces,
            end.utf8.count < other.end.utf8.count ? other.end : end
        )
    }
}
