import Ledger
import Model
import Policy

/// A line that an upgrade is about.
struct UpgradePlace: Sendable {
    let tenant: TenantID
    let line: ConfigLineID
    let standing: UpgradeStanding

    /// What a cursor leads behind, beside the plan; a space sorts before every character of a name.
    var key: String { "\(tenant.text) \(line.environment.text)" }
}

/// Which lines a caller asks about.
struct UpgradeFilter: Sendable {
    /// The tenant that the caller is let to; nil for all of them.
    let scope: TenantScope?
    /// The tenants wanted; nil for all.
    var tenants: Set<TenantID>?
    /// The environments wanted; nil for all.
    var environments: Set<EnvironmentName>?

    /// The lines that an upgrade is about, in order.
    ///
    /// What is in environments in which the caller may not act is left out.
    ///
    /// - Complexity: O(tenants × lines of each), without looking into a version's content.
    func places(_ upgrade: Upgrade, _ state: State, _ caller: Caller) -> [UpgradePlace] {
        let candidates = scope.map { [$0.tenant] } ?? state.tenants.keys
        var places: [UpgradePlace] = []
        for tenant in candidates where tenants?.contains(tenant) ?? true {
            for (id, line) in state.tenant(tenant).lines
            where id.blueprint == upgrade.from.id.name && isWanted(id.environment, caller) {
                guard let standing = upgrade.standing(of: line) else { continue }
                places.append(UpgradePlace(tenant: tenant, line: id, standing: standing))
            }
        }
        return places.sorted { $0.key < $1.key }
    }

    private func isWanted(_ environment: EnvironmentName, _ caller: Caller) -> Bool {
        caller.credential.mayAct(in: environment) && environments?.contains(environment) ?? true
    }
}

/// One page of an upgrade's lines on its way; the cursor carries the plan, so that pages are of one.
struct UpgradePage {
    /// The lines behind the cursor.
    let places: ArraySlice<UpgradePlace>
    private let plan: UpgradePlanID
    private let limit: Int
    private var count = 0
    private var last: UpgradePlace?
    private(set) var nextCursor: String?

    /// The plan in a cursor, and the key that it leads behind.
    ///
    /// - Throws: `INVALID_PARAMETER` for another list's.
    static func read(
        _ page: PageRequest
    ) throws(CommandError) -> (plan: UpgradePlanID, key: String)? {
        guard let text = page.after else { return nil }
        let parts = text.split(separator: " ", maxSplits: 1).map(String.init)
        guard parts.count == 2, let plan = UpgradePlanID(parts[0]) else {
            throw .parameter("cursor", "is none that this list gave")
        }
        return (plan, parts[1])
    }

    /// A page of these lines, which are sorted.
    init(_ all: [UpgradePlace], _ upgrade: Upgrade, after key: String?, limit: Int) {
        let start = key.map { key in all.firstIndex { $0.key > key } ?? all.endIndex } ?? 0
        places = all[start...]
        plan = upgrade.plan
        self.limit = limit
    }

    /// Whether another line has room; `isEnough` ends the page early, behind its first line.
    mutating func takes(_ place: UpgradePlace, isEnough: Bool) -> Bool {
        if let last, count == limit || isEnough {
            end(behind: last)
            return false
        }
        count += 1
        last = place
        return true
    }

    /// Ends the page behind a line; the next one begins with the one after it.
    mutating func end(behind place: UpgradePlace) {
        nextCursor = PageRequest.cursor(after: "\(plan.text) \(place.key)")
    }
}
