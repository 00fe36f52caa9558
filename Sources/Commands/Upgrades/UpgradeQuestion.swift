import JSON
import Ledger
import Model

/// What a request says of the upgrade that it is about.
struct UpgradeQuestion: Sendable {
    let from: BlueprintID
    let to: ObjectVersion
    let plan: UpgradePlanID?
    let page: PageRequest

    /// The upgrade, and the key behind which its page starts.
    ///
    /// - Throws: What `Upgrade` says; `INVALID_PARAMETER` for a cursor of another plan.
    func upgrade(_ state: State) throws(CommandError) -> (upgrade: Upgrade, after: String?) {
        let cursor = try UpgradePage.read(page)
        if let plan, let cursor, cursor.plan != plan {
            throw .parameter("cursor", "is of another plan")
        }
        return (try Upgrade(from, to: to, plan: plan ?? cursor?.plan, state), cursor?.key)
    }
}

extension Upgrade {
    /// The members that tell which upgrade an answer is about.
    var members: JSONObject {
        [
            "plan": .string(plan.text), "blueprint": .string(from.id.name.text),
            "from": from.id.version.json, "to": to.id.version.json,
        ]
    }
}

extension UpgradePlace {
    /// The members that tell which line an item is about.
    var members: JSONObject {
        [
            "tenantId": .string(tenant.text), "environment": .string(line.environment.text),
        ]
    }
}
