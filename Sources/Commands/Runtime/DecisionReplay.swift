import Audit
import JSON
import Ledger
import Model
import Policy
import Resolver

/// The last decisions that the trail has of a line, asked again.
struct DecisionReplay {
    /// The most decisions of one replay.
    static let decisionCountMax = 1_000
    /// The most flips told.
    static let flipCountMax = 200
    /// The kinds of records that have a decision about a workflow.
    private static let kinds: [AuditKind] = [.decision, .call]

    /// What was asked.
    private enum Question: Hashable {
        case capability(CapabilityKey)
        case operation(OperationID)
        case resource(GrantedResource, OperationID)
    }

    /// A decision as it was made.
    private struct Recorded {
        let id: String
        let at: String
        let action: String
        let workflow: WorkflowName
        let question: Question
        let context: JSONObject
        let actionProperties: JSONObject
        /// Whether the trail has the circumstances: of a call only where conditions looked at them.
        let hasCircumstances: Bool
        let isAllowed: Bool
        /// Who served; nil where nobody did, or where it is not what the decision was about.
        let connection: String?
        /// Whether who served is what would be chosen again: not when another was passed over.
        let tellsConnection: Bool
    }

    private let recorded: [Recorded]
    /// Decisions whose question is not whole in the trail: masked, too large, or without a
    /// workflow.
    private let skippedCount: Int

    /// Reads the last decisions of the line.
    ///
    /// - Throws: `AUDIT_UNAVAILABLE`.
    init(
        last count: Int,
        of target: ConfigScope,
        _ audit: AuditTrail
    ) async throws(CommandError) {
        var found: [AuditRecord] = []
        for kind in Self.kinds {
            found += try await Self.records(of: target, kind, count, audit)
        }
        found.sort { $0.sequence > $1.sequence }
        var recorded: [Recorded] = []
        var skippedCount = 0
        for record in found.prefix(count) {
            if let decision = Self.read(record.document, of: target) {
                recorded.append(decision)
            } else {
                skippedCount += 1
            }
        }
        self.recorded = recorded
        self.skippedCount = skippedCount
    }

    private static func records(
        of target: ConfigScope,
        _ kind: AuditKind,
        _ count: Int,
        _ audit: AuditTrail
    ) async throws(CommandError) -> [AuditRecord] {
        var filter = AuditFilter()
        filter.kind = kind
        filter.blueprint = target.line.blueprint.text
        filter.environment = target.line.environment.text
        var found: [AuditRecord] = []
        var before: UInt64?
        repeat {
            let page: AuditPage
            do {
                page = try await audit.list(
                    tenant: target.scope.tenant,
                    filter: filter,
                    limit: min(count - found.count, AuditTrail.pageCountMax),
                    before: before
                )
            } catch {
                throw CommandError(error)
            }
            found += page.items
            before = page.items.isEmpty ? nil : page.nextCursor
        } while before != nil && found.count < count
        return found
    }

    private static func read(_ record: JSONObject, of target: ConfigScope) -> Recorded? {
        guard let workflow = record["workflow"]?.string.flatMap(WorkflowName.init),
            let decision = record["decision"], let isAllowed = decision["allowed"]?.bool,
            let at = record["occurredAt"]?.string, let action = record["action"]?.string
        else { return nil }
        let asked = record["question"]
        // A question about another tenant's workflow is in the trail of who asked it.
        let told = asked?["subject"]?["properties"]?["tenantId"]
        guard told == nil || told == .string(target.scope.tenant.text) else { return nil }
        guard asked?["truncated"] == nil, let question = question(record, asked) else { return nil }
        let context = asked?["context"]?.object ?? [:]
        guard !JSONValue.object(context).contains(text: AuditRedaction.mark) else { return nil }
        let serves = action == "capability.execute" || action == "binding.explain"
        return Recorded(
            id: decision["id"]?.string ?? record["id"]?.string ?? "",
            at: at,
            action: action,
            workflow: workflow,
            question: question,
            context: context,
            actionProperties: asked?["action"]?["properties"]?.object ?? [:],
            hasCircumstances: asked != nil || action != "capability.execute",
            isAllowed: isAllowed,
            connection: serves ? record["connectionId"]?.string : nil,
            tellsConnection: serves && record["passedOver"] == nil
        )
    }

    private static func question(_ record: JSONObject, _ asked: JSONValue?) -> Question? {
        let operation = record["operation"]?.string.flatMap(OperationID.init)
        if let resource = asked?["resource"], let type = resource["type"]?.string,
            let id = resource["id"]?.string, let operation
        {
            return GrantedResource(AccessEntity(type: type, id: id))
                .map { .resource($0, operation) }
        }
        if let capability = record["capability"]?.string.flatMap(CapabilityKey.init) {
            return .capability(capability)
        }
        return operation.map { .operation($0) }
    }

    // MARK: Asking again

    /// What is live at one state, and the rules over the circumstances of calls.
    struct World {
        let table: BindingTable?
        let policies: AttributePolicies
    }

    /// What the decisions are now and after the changes, where that is another than was recorded.
    func json(now: World, after: World, _ target: ConfigScope) -> JSONValue {
        var flips: [JSONObject] = []
        var places: [JSONValue: Int] = [:]
        var flipCount = 0
        var skippedCount = skippedCount
        let looksAtCircumstances =
            CallConditions(after.policies, target.callSubject, context: [:]) != nil
        for decision in recorded {
            guard decision.hasCircumstances || !looksAtCircumstances else {
                skippedCount += 1
                continue
            }
            let changed = answer(decision, after, target)
            let isOther =
                changed["allowed"] != .bool(decision.isAllowed)
                || decision.isAllowed && decision.tellsConnection
                    && changed["connectionId"]?.string != decision.connection
            guard isOther else { continue }
            flipCount += 1
            var flip = Self.head(decision)
            flip["now"] = .object(answer(decision, now, target))
            flip["after"] = .object(changed)
            let key = JSONValue.object(flip)
            if let place = places[key] {
                flips[place]["count"] = .integer((flips[place]["count"]?.integer ?? 1) + 1)
            } else if flips.count < Self.flipCountMax {
                places[key] = flips.count
                flip["count"] = 1
                flip["lastAt"] = .string(decision.at)
                flip["decisionId"] = .string(decision.id)
                flips.append(flip)
            }
        }
        return [
            "decisions": .integer(
                Int64(recorded.count + self.skippedCount - skippedCount)
            ),
            "skipped": .integer(Int64(skippedCount)), "flipped": .integer(Int64(flipCount)),
            "flips": .array(flips.map { .object($0) }),
        ]
    }

    private static func head(_ decision: Recorded) -> JSONObject {
        var object: JSONObject = [
            "action": .string(decision.action), "workflow": .string(decision.workflow.text),
        ]
        switch decision.question {
        case .capability(let key): object["capability"] = .string(key.text)
        case .operation(let id): object["operation"] = .string(id.text)
        case .resource(let resource, let id):
            object["operation"] = .string(id.text)
            object["resource"] = resource.json
        }
        if !decision.context.isEmpty { object["context"] = .object(decision.context) }
        var recorded: JSONObject = ["allowed": .bool(decision.isAllowed)]
        if decision.tellsConnection {
            recorded["connectionId"] = decision.connection.map { .string($0) } ?? .null
        }
        object["recorded"] = .object(recorded)
        return object
    }

    /// Breakers are not asked: they were what they were.
    private func answer(
        _ decision: Recorded,
        _ world: World,
        _ target: ConfigScope
    ) -> JSONObject {
        guard let table = world.table else { return ["allowed": false, "connectionId": .null] }
        let conditions = CallConditions(
            world.policies,
            target.callSubject,
            context: decision.context,
            actionProperties: decision.actionProperties
        )
        let resolution: Resolution?
        switch decision.question {
        case .capability(let key):
            resolution = table.resolve(
                capability: key,
                workflow: decision.workflow,
                listing: .admitted,
                conditions: conditions
            )
        case .operation(let id):
            resolution = table.resolve(
                operation: id,
                workflow: decision.workflow,
                listing: .admitted,
                conditions: conditions
            )
        case .resource(let resource, let id):
            var stepCount = 0
            resolution = table.resolve(
                decision.workflow,
                id,
                on: resource,
                conditions: conditions,
                stepCount: &stepCount
            )
        }
        return [
            "allowed": .bool(resolution?.isAllowed ?? false),
            "connectionId": (resolution?.winner?.connectionID.text).map { .string($0) } ?? .null,
        ]
    }
}

extension GrantedResource {
    /// The resource as AuthZEN names it.
    fileprivate var json: JSONValue {
        switch self {
        case .connection(let id): ["type": "connection", "id": .string(id.text)]
        case .capability(let key): ["type": "capability", "id": .string(key.text)]
        case .slot(let id): ["type": "slot", "id": .string(id.text)]
        }
    }
}

extension JSONValue {
    /// Whether a text somewhere in it is this one.
    fileprivate func contains(text: String) -> Bool {
        switch self {
        case .string(let own): own == text
        case .array(let items): items.contains { $0.contains(text: text) }
        case .object(let object): object.members.contains { $0.value.contains(text: text) }
        default: false
        }
    }
}
