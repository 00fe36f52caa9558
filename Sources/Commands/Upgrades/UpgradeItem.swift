import JSON
import Ledger
import Model
import Resolver

/// An item of a plan: what the upgrade does to one line, with lists of bounded length.
struct UpgradeItem {
    /// The most entries of one list; `counts` tells how many there are.
    static let entryCountMax = 100
    /// The most connections that are proposed for a slot.
    static let candidateCountMax = 20

    private(set) var object: JSONObject
    /// The entries in its lists.
    private(set) var entryCount = 0
    private var counts: JSONObject = [:]

    /// An item on a line; what can be judged is to be told yet.
    init(_ place: UpgradePlace) {
        object = place.members
        switch place.standing {
        case .open(let base): tell(base: base)
        case .drafted(let base, let draft):
            tell(base: base)
            object["draft"] = .integer(Int64(draft))
        case .done(let version):
            object["verdict"] = "done"
            object["version"] = .integer(Int64(version))
        case .moved(let version):
            object["verdict"] = "conflict"
            object["version"] = version.map { .integer(Int64($0)) } ?? .null
        case .unpublished:
            object["verdict"] = "nothing-to-do"
            object["code"] = "NOT_PUBLISHED"
        }
    }

    private mutating func tell(base: Stored<ConfigVersion>) {
        object["base"] = [
            "version": .integer(Int64(base.value.number)),
            "revision": .integer(Int64(base.revision)),
        ]
    }

    /// Tells that it can't even be judged.
    mutating func tell(blocked error: CommandError) {
        object["verdict"] = "blocked"
        object["code"] = .string(error.code)
        object["detail"] = .string(error.detail)
        if !error.issues.isEmpty { add("errors", error.issues.map(\.json)) }
    }

    /// Tells what was judged.
    mutating func tell(
        _ effect: UpgradeEffect,
        _ upgrade: Upgrade,
        _ tenant: TenantState,
        _ catalog: Catalog
    ) {
        object["verdict"] = effect.obstacle == nil ? "ready" : "blocked"
        if let obstacle = effect.obstacle {
            object["code"] = .string(obstacle.code)
            object["detail"] = .string(obstacle.detail)
        }
        let (orphans, narrowed) = (effect.orphans, effect.narrowed)
        let bindingCount = effect.tables.before?.config.bindings.count ?? 0
        counts["kept"] = .integer(Int64(bindingCount - orphans.count))
        add("slotsUnmet", unmet(effect, upgrade, tenant, catalog))
        add("orphans", orphans.map(\.json))
        add("narrowed", narrowed.map(\.json))
        add("errors", effect.report.errors.map(\.json))
        add("warnings", effect.report.warnings.map(\.json))
        let access = effect.access
        add("access", access.changes.map(\.json))
        if access.isCut { object["accessIsCut"] = true }
        object["counts"] = .object(counts)
    }

    private mutating func add(_ name: String, _ entries: [JSONValue]) {
        let told = entries.prefix(Self.entryCountMax)
        object[name] = .array(Array(told))
        counts[name] = .integer(Int64(entries.count))
        entryCount += told.count
    }

    /// The required slots that nothing fills, where the new blueprint has them, and what would.
    private func unmet(
        _ effect: UpgradeEffect,
        _ upgrade: Upgrade,
        _ tenant: TenantState,
        _ catalog: Catalog
    ) -> [JSONValue] {
        let missing = Set(effect.tables.after?.missingSlots ?? [])
        guard !missing.isEmpty else { return [] }
        let specs = catalog.specs
        let connections = tenant.connections.values.map(\.value)
            .filter { $0.environment == effect.config.environment && $0.status == .active }
            .sorted { $0.id < $1.id }
        return upgrade.to.slots.enumerated().filter { missing.contains($0.element.id) }
            .map { index, slot in
                let fits = connections.lazy
                    .filter { specs[$0.spec]?.value.fits(slot, $0.mode) ?? false }
                    .prefix(Self.candidateCountMax)
                return [
                    "slotId": .string(slot.id.text),
                    "pointer": .string(
                        JSONPointer.root.appending("integrationSlots").appending(index).text
                    ),
                    "requiredCategory": .string(slot.category.text),
                    "requiredCapabilities": .array(
                        slot.capabilities.map { .string($0.key.text) }
                    ),
                    "candidates": .array(fits.map { .string($0.id.text) }),
                ]
            }
    }
}

extension IntegrationSpec {
    /// Whether a connection of it, in this mode, can fill the slot.
    fileprivate func fits(_ slot: Blueprint.Slot, _ mode: OwnershipMode) -> Bool {
        category == slot.category
            && (slot.allowedModes.isEmpty || slot.allowedModes.contains(mode))
            && slot.capabilities.allSatisfy { provision(of: $0.key, version: $0.version) != nil }
    }
}
