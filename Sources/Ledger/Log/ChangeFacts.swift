import JSON
public import Model

/// What an entry's changes did to what was there before, as far as the changes do not say it.
///
/// Found out once, when the entry is made, and kept with it in the log: whoever reads a part of the
/// log later can tell what was made from what was changed, and whose object was removed, without
/// the state before.
public struct ChangeFacts: Sendable, Hashable {
    /// What is known of an object that was removed.
    public struct Removed: Sendable, Hashable {
        /// Whose it was; nil for what is global.
        public let tenant: TenantID?
        /// Its environment; nil for what has none.
        public let environment: EnvironmentName?
    }

    /// The places of those changes that made an object; nil in entries of older versions.
    public let made: Set<Int>?
    /// What connections and keys were that were removed, by the change's place.
    public let removed: [Int: Removed]
    /// The environments of connections whose status of health changed, by the change's place.
    public let checked: [Int: EnvironmentName]

    /// Nothing is known.
    public init() {
        made = nil
        removed = [:]
        checked = [:]
    }

    /// Compares the changes with the state that they come to.
    init(of changes: [Change], on state: State) {
        var made: Set<Int> = []
        var removed: [Int: Removed] = [:]
        var checked: [Int: EnvironmentName] = [:]
        for (index, change) in changes.enumerated() {
            if Self.makes(change, state) { made.insert(index) }
            switch change {
            case .removeCredential(let id):
                guard let key = state.credentials[id]?.value else { continue }
                removed[index] = Removed(tenant: key.tenant, environment: nil)
            case .removeConnection(let tenant, let id):
                let environment = state.tenant(tenant).connections[id]?.value.environment
                removed[index] = Removed(tenant: tenant, environment: environment)
            case .putHealth(let tenant, let id, let health) where health.newTransition != nil:
                checked[index] = state.tenant(tenant).connections[id]?.value.environment
            default: continue
            }
        }
        self.made = made
        self.removed = removed
        self.checked = checked
    }

    private static func makes(_ change: Change, _ state: State) -> Bool {
        switch change {
        case .putSpec(let spec): state.catalog.specs[spec.value.id] == nil
        case .putBlueprint(let blueprint): state.catalog.blueprints[blueprint.value.id] == nil
        case .putConnection(let connection):
            state.tenant(connection.value.tenant).connections[connection.value.id] == nil
        case .putConfigVersion(let version):
            state.tenant(version.value.config.tenant).lines[version.value.config.line]?
                .versions[version.value.number] == nil
        case .putPolicy(let tenant, let rule):
            (tenant.map { state.tenant($0).policies } ?? state.catalog.policies)[rule.value.id]
                == nil
        case .putEntity(let tenant, let entity):
            state.tenant(tenant).entities[entity.value.key] == nil
        case .putWebhook(let tenant, let webhook):
            state.tenant(tenant).alerts.webhooks[webhook.value.id] == nil
        case .putApprovalPolicy(let tenant, _): state.tenant(tenant).approvalPolicy == nil
        case .putChangeRequest(let request):
            state.tenant(request.value.tenant).changeRequests[request.value.id] == nil
        case .putCredential(let key): state.credentials[key.value.id] == nil
        default: false
        }
    }
}

// The form in the log: members of the entry, `"made": [0]`,
// `"removed": [{"index": 1, "tenant": "acme-corp", "environment": "sandbox"}]` and
// `"checked": [{"index": 2, "environment": "sandbox"}]`.
extension ChangeFacts {
    /// The members of an entry that tell them.
    var members: JSONObject {
        var members: JSONObject = [:]
        if let made { members["made"] = .array(made.sorted().map { .integer(Int64($0)) }) }
        if !checked.isEmpty {
            let items = checked.sorted { $0.key < $1.key }
                .map { index, environment -> JSONValue in
                    [
                        "index": .integer(Int64(index)),
                        "environment": .string(environment.text),
                    ]
                }
            members["checked"] = .array(items)
        }
        guard !removed.isEmpty else { return members }
        let items = removed.sorted { $0.key < $1.key }
            .map { index, fact -> JSONValue in
                var item: JSONObject = ["index": .integer(Int64(index))]
                item["tenant"] = fact.tenant.map { .string($0.text) }
                item["environment"] = fact.environment.map { .string($0.text) }
                return .object(item)
            }
        members["removed"] = .array(items)
        return members
    }

    /// Reads what `members` wrote; what is missing is not known.
    init(reading entry: JSONValue) {
        made = entry["made"]?.array.map { Set($0.compactMap { $0.integer.map { Int($0) } }) }
        var removed: [Int: Removed] = [:]
        for item in entry["removed"]?.array ?? [] {
            guard let index = item["index"]?.integer else { continue }
            removed[Int(index)] = Removed(
                tenant: item["tenant"]?.string.flatMap(TenantID.init),
                environment: item["environment"]?.string.flatMap(EnvironmentName.init)
            )
        }
        self.removed = removed
        var checked: [Int: EnvironmentName] = [:]
        for item in entry["checked"]?.array ?? [] {
            guard let index = item["index"]?.integer else { continue }
            checked[Int(index)] = item["environment"]?.string.flatMap(EnvironmentName.init)
        }
        self.checked = checked
    }
}
