import JSON
import Ledger
import Model
import Resolver

/// Where an entry of a list of reach stands: which config in which version, and where in it.
///
/// As long as a version is live its entries keep their places; so who reads page by page misses none
/// and gets none twice. A config that was replaced in between is told from its beginning.
struct ReachPlace: Sendable, Equatable {
    let line: ConfigLineID
    let version: Int
    /// The capability's place in the blueprint, or the binding's in the config.
    let part: Int
    /// The place among the part's entries.
    let rank: Int

    init(_ line: ConfigLineID, version: Int, part: Int, rank: Int) {
        self.line = line
        self.version = version
        self.part = part
        self.rank = rank
    }

    /// Reads what a cursor leads behind; nil when it was another list's.
    init?(_ text: String) {
        let parts = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 5, let blueprint = BlueprintName(parts[0]),
            let environment = EnvironmentName(parts[1]), let version = Int(parts[2]),
            let part = Int(parts[3]), let rank = Int(parts[4])
        else { return nil }
        let line = ConfigLineID(blueprint: blueprint, environment: environment)
        self.init(line, version: version, part: part, rank: rank)
    }

    /// The text of a cursor.
    var text: String {
        "\(line.blueprint.text) \(line.environment.text) \(version) \(part) \(rank)"
    }
}

/// One page of a list of reach on its way: the lines of the page are looked at, those before it and
/// behind it are not.
struct ReachWalk {
    /// The most steps of one page, in steps of one byte compared: about 0.1 seconds.
    ///
    /// A page that took as many ends early, and the next one goes on behind it.
    static let stepCountMax = 30_000_000
    /// What it is taken to cost to look at a line, in steps: its table may have to be compiled.
    static let lineStepCount = 20_000

    private let limit: Int
    private let after: ReachPlace?
    private let stepCountMax: Int
    private var items: [JSONValue] = []
    /// The place that was looked at last, and that of the last item.
    private var last: ReachPlace?
    private var lastItem: ReachPlace?
    private(set) var nextCursor: String?
    /// What the page cost so far.
    var stepCount = 0
    /// How many lines were looked at.
    private(set) var lineCount = 0

    /// A page.
    ///
    /// - Throws: `INVALID_PARAMETER` for a cursor of another list.
    init(
        _ page: PageRequest,
        stepCountMax: Int = ReachWalk.stepCountMax
    ) throws(CommandError) {
        limit = page.limit
        self.stepCountMax = stepCountMax
        after = try page.after.map { (text) throws(CommandError) in
            guard let place = ReachPlace(text) else {
                throw .parameter("cursor", "is none that this list gave")
            }
            return place
        }
    }

    /// Looks at those of the lines, which are sorted, that the page may have entries of.
    mutating func visit(
        _ lines: [ConfigLineID],
        table: (ConfigLineID) -> BindingTable?,
        entries: (inout ReachWalk, BindingTable) -> Void
    ) {
        for line in lines {
            if let after, line < after.line { continue }
            guard continues() else { return }
            lineCount += 1
            stepCount += Self.lineStepCount
            if let table = table(line) { entries(&self, table) }
        }
    }

    /// Whether another entry may be looked at; when the page is full or has cost enough it is not.
    mutating func continues() -> Bool {
        guard nextCursor == nil else { return false }
        guard let last, stepCount >= stepCountMax else { return true }
        nextCursor = PageRequest.cursor(after: last.text)
        return false
    }

    /// Whether the place was on an earlier page, or is before it.
    func isPassed(_ table: BindingTable, part: Int, rank: Int = 0) -> Bool {
        guard let after, after.line == table.config.line, after.version == table.versionNumber
        else { return false }
        return (part, rank) <= (after.part, after.rank)
    }

    /// Notes an entry, or that there is none at the place; one of an earlier page is left out.
    ///
    /// The first one that has no room says that there is a next page.
    mutating func note(_ table: BindingTable, part: Int, rank: Int = 0, _ json: JSONValue?) {
        guard nextCursor == nil, !isPassed(table, part: part, rank: rank) else { return }
        if let lastItem, json != nil, items.count == limit {
            // Not behind what was passed over since: that may be an entry when the next page is made.
            nextCursor = PageRequest.cursor(after: lastItem.text)
            return
        }
        let place = ReachPlace(
            table.config.line,
            version: table.versionNumber,
            part: part,
            rank: rank
        )
        last = place
        guard let json else { return }
        items.append(json)
        lastItem = place
    }

    /// The page.
    func answer(revision: UInt64) -> CommandAnswer {
        Page(items: items, nextCursor: nextCursor).answer(revision: revision)
    }
}

extension Services {
    /// The tenant's index of what is live.
    func reachIndex(_ scope: TenantScope, _ state: State) -> ReachIndex {
        reachIndexes.index(of: scope.read(state), environments)
    }

    /// What is live on a line, compiled; nil when nothing is.
    func table(_ target: ConfigScope, _ state: State) -> BindingTable? {
        let environment = environments.first { $0.name == target.line.environment }
        return environment.flatMap { tables.table(target, state, $0)?.table }
    }
}
