import JSON
import Model
import Policy
import Resolver

/// A tenant's config of any size, as a benchmark wants it.
struct BenchWorld {
    /// What a table is compiled from.
    let inputs: ResolverInputs

    /// Bindings spread over slots and connections, each with a workflow of its own, under so many
    /// guardrails.
    init(
        slotCount: Int = 1,
        bindingCount: Int,
        connectionCount: Int = 20,
        ruleCount: Int = 0
    ) {
        let spec = Self.read { IntegrationSpec(reading: Self.spec(slotCount), id: nil, issues: $0) }
        let blueprint = Self.read {
            Blueprint(reading: Self.blueprint(slotCount), id: nil, issues: $0)
        }
        let config = Self.read {
            TenantAppConfig(
                reading: Self.config(slotCount, bindingCount, connectionCount),
                tenant: nil,
                line: nil,
                latestVersion: { _ in nil },
                issues: $0
            )
        }
        var connections: [ConnectionID: ObservedConnection] = [:]
        for index in 0..<connectionCount {
            let connection = Self.read {
                Connection(reading: Self.connection(index), tenant: nil, id: nil, issues: $0)
            }
            connections[connection.id] = ObservedConnection(
                connection: connection,
                health: ConnectionHealth(status: .healthy)
            )
        }
        inputs = ResolverInputs(
            config: config,
            versionNumber: 1,
            blueprint: blueprint,
            environment: Environment.builtIn[0],
            policies: PolicySet(platform: [], tenant: Self.guardrails(ruleCount)),
            connection: { connections[$0] },
            spec: { $0 == spec.id ? spec : nil }
        )
    }

    /// The workflow of a binding.
    static func workflow(_ index: Int) -> WorkflowName {
        read { _ in WorkflowName("workflow-\(index)") }
    }

    /// The capability of a slot.
    static func capability(_ slot: Int) -> CapabilityKey {
        read { _ in CapabilityKey("bench.capability\(slot)") }
    }

    /// What was read, which a benchmark's own objects always can be.
    static func read<Value>(_ read: (IssueList) -> Value?) -> Value {
        let issues = IssueList()
        guard let value = read(issues), !issues.hasErrors else {
            preconditionFailure("a benchmark's own objects are good")
        }
        return value
    }

    static func spec(_ slotCount: Int) -> JSONValue {
        let provides = (0..<slotCount)
            .map { slot -> JSONValue in
                [
                    "key": .string(capability(slot).text), "version": 1,
                    "operation": "bench.pay.call",
                ]
            }
        return [
            "meta": ["key": "bench.pay", "version": 1, "category": "payments"],
            "capabilities": ["provides": .array(provides)],
            "transport": ["type": "rest", "baseUrl": "https://bench.invalid"],
            "operations": ["bench.pay.call": ["method": "POST", "path": "/call"]],
        ]
    }

    static func blueprint(_ slotCount: Int) -> JSONValue {
        let slots = (0..<slotCount)
            .map { slot -> JSONValue in
                [
                    "slotId": .string("slot-\(slot)"), "requiredCategory": "payments",
                    "required": true,
                    "requiredCapabilities": [
                        ["key": .string(capability(slot).text), "version": 1]
                    ],
                ]
            }
        return ["meta": ["name": "bench", "version": 1], "integrationSlots": .array(slots)]
    }

    static func connection(_ index: Int, _ tenant: String = "bench") -> JSONValue {
        [
            "meta": [
                "id": .string("conn-\(index)"), "tenantId": .string(tenant),
                "integrationKey": "bench.pay",
                "integrationVersion": 1, "environment": "sandbox",
            ],
            "ownershipMode": "byok",
        ]
    }

    static func config(
        _ slotCount: Int,
        _ bindingCount: Int,
        _ connectionCount: Int,
        _ tenant: String = "bench"
    ) -> JSONValue {
        let bindings = (0..<bindingCount)
            .map { index -> JSONValue in
                [
                    "slotId": .string("slot-\(index % slotCount)"),
                    "connectionId": .string("conn-\(index % connectionCount)"),
                    "scope": ["workflows": [.string(workflow(index).text)]],
                    "priority": .integer(Int64(index)),
                ]
            }
        return [
            "meta": [
                "tenantId": .string(tenant), "blueprintName": "bench", "blueprintVersion": 1,
                "environment": "sandbox",
            ],
            "integrations": .array(bindings),
        ]
    }
}
