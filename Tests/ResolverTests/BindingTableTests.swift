import JSON
import Model
import Policy
import Resolver
import Testing

@Suite struct BindingTableTests {
    @Test func `a clean binding wins`() throws {
        var world = try World.seed()
        world.bindings = [World.binding("conn_a", workflows: ["checkout"])]
        let resolution = try world.explain()
        #expect(resolution.summary == ["conn_a winner"])
        #expect(resolution.isAllowed)
        #expect(resolution.winner?.operation?.text == "payments.stripe.createPaymentIntent")
        #expect(resolution.winner?.slot.text == "payments.primary")
    }

    @Test func `a capability in no slot has no answer`() throws {
        let table = try World.seed().table()
        let key = try #require(CapabilityKey("payments.unheard"))
        #expect(table.resolve(capability: key, workflow: nil) == nil)
    }

    @Test func `an operation of no slot is denied`() throws {
        var world = try World.seed()
        world.bindings = [World.binding("conn_a")]
        let table = try world.table()
        let operation = try #require(OperationID("payments.stripe.getBalance"))
        let resolution = table.resolve(operation: operation, workflow: nil)
        #expect(!resolution.isAllowed)
        #expect(resolution.candidates.isEmpty)
    }

    @Test func `asked by operation, the candidates are those whose own it is`() throws {
        var world = try World.seed()
        try world.add(spec: World.spec("payments.adyen"))
        try world.add(connection: World.connection("conn_c", spec: "payments.adyen"))
        world.bindings = [
            World.binding("conn_a", workflows: ["refund"]), World.binding("conn_b"),
            World.binding("conn_c"),
        ]
        let table = try world.table()
        let operation = try #require(OperationID("payments.stripe.createRefund"))
        let workflow = try #require(WorkflowName("checkout"))
        let resolution = table.resolve(operation: operation, workflow: workflow)
        #expect(resolution.summary == ["conn_b winner", "conn_a dropped WORKFLOW_NOT_IN_SCOPE"])
    }

    @Test func `capabilities that share an operation count a binding once`() throws {
        var world = try World.seed()
        let operation: JSONValue = "payments.stripe.createRefund"
        try world.add(
            spec: World.spec(
                provides: [
                    ["key": .string(World.createPayment), "version": 1, "operation": operation],
                    ["key": .string(World.createRefund), "version": 1, "operation": operation],
                ]
            )
        )
        world.bindings = [World.binding("conn_a")]
        let asked = try #require(OperationID("payments.stripe.createRefund"))
        let resolution = try world.table().resolve(operation: asked, workflow: nil)
        #expect(resolution.summary == ["conn_a winner"])
    }

    @Test func `a provision without an operation names it after the capability`() throws {
        var world = try World.seed()
        let call: JSONValue = ["method": "POST", "path": "/a"]
        let operations = JSONObject([(World.createPayment, call), (World.createRefund, call)])
        try world.add(
            spec: World.spec(
                provides: [
                    ["key": .string(World.createPayment)], ["key": .string(World.createRefund)],
                ],
                more: ["operations": .object(operations), "healthCheck": nil]
            )
        )
        world.bindings = [World.binding("conn_a", operations: ["payments.create*"])]
        #expect(try world.explain().winner?.operation?.text == World.createPayment)
    }

    @Test func `a slot without a version takes the highest that the spec provides`() throws {
        var world = try World.seed()
        world.slots = [World.slot(capabilities: [World.createPayment], version: nil)]
        try world.add(
            spec: World.spec(
                provides: [
                    [
                        "key": .string(World.createPayment), "version": 2,
                        "operation": "payments.stripe.createRefund",
                    ],
                    [
                        "key": .string(World.createPayment), "version": 1,
                        "operation": "payments.stripe.createPaymentIntent",
                    ],
                ]
            )
        )
        world.bindings = [World.binding("conn_a")]
        #expect(try world.explain().winner?.operation?.text == "payments.stripe.createRefund")
    }

    @Test func `slots that require one capability share its candidates in the order written`()
        throws
    {
        var world = try World.seed()
        world.slots = [
            World.slot(), World.slot("payments.backup", capabilities: [World.createPayment]),
        ]
        world.bindings = [
            World.binding("conn_b", slot: "payments.backup"), World.binding("conn_a"),
        ]
        #expect(try world.explain().summary == ["conn_b winner", "conn_a fallback"])
        #expect(try world.explain(World.createRefund).summary == ["conn_a winner"])
    }

    @Test func `a connection bound twice stands once in fallbacks, the winner not at all`() throws {
        var world = try World.seed()
        world.bindings = [
            World.binding("conn_a", priority: 1), World.binding("conn_b", priority: 2),
            World.binding("conn_a", priority: 3), World.binding("conn_b", priority: 4),
        ]
        let resolution = try world.explain()
        #expect(resolution.fallbacks.map(\.text) == ["conn_b"])
        #expect(resolution.servers.map(\.connectionID.text) == ["conn_a", "conn_b"])
        #expect(resolution.candidates.count == 4)
    }

    @Test func `the explanation tells every candidate in the API's words`() throws {
        var world = try World.seed()
        world.bindings = [
            World.binding("conn_a", workflows: ["refund"], priority: 2),
            World.binding("conn_b", priority: 1),
        ]
        let expected: JSONValue = [
            "allowed": true,
            "winner": ["slotId": "payments.primary", "connectionId": "conn_b"],
            "candidates": [
                [
                    "slotId": "payments.primary", "connectionId": "conn_b", "binding": 1,
                    "outcome": "winner", "reasons": [],
                ],
                [
                    "slotId": "payments.primary", "connectionId": "conn_a", "binding": 0,
                    "outcome": "dropped", "reasons": ["WORKFLOW_NOT_IN_SCOPE"],
                ],
            ],
            "policies": [], "decision": true,
            "determining": [
                [
                    "ruleId": "/integrations/1", "source": "grant", "effect": "permit",
                    "slotId": "payments.primary", "connectionId": "conn_b", "matched": [:],
                ]
            ],
            "nearMisses": [], "errors": [],
        ]
        #expect(try world.explain().explanation == expected)
    }

    @Test func `permission is answered by connection, slot and operation`() throws {
        var world = try World.seed()
        world.bindings = [
            World.binding("conn_a", priority: 1), World.binding("conn_b", workflows: ["refund"]),
        ]
        try world.move("conn_a", to: .paused)
        let resolution = try world.explain()
        #expect(resolution.permits(try #require(ConnectionID("conn_a"))))
        #expect(!resolution.permits(try #require(ConnectionID("conn_b"))))
        #expect(resolution.permits(try #require(SlotID("payments.primary"))))
        #expect(!resolution.permits(try #require(SlotID("payments.other"))))
        #expect(
            resolution.permits(try #require(OperationID("payments.stripe.createPaymentIntent")))
        )
        #expect(!resolution.permits(try #require(OperationID("payments.stripe.createRefund"))))
    }

    @Test func `tells who can reach a connection`() throws {
        var world = try World.seed()
        world.bindings = [
            World.binding("conn_a", workflows: ["check*"], operations: ["*.createRefund"]),
            World.binding("conn_b"), World.binding("conn_a"),
            World.binding("conn_a", workflows: []), World.binding("conn_a", slot: "nowhere"),
        ]
        func entry(_ workflow: JSONValue, _ operations: [String], _ names: [String]) -> JSONValue {
            [
                "blueprint": "invoice-app", "environment": "sandbox", "version": 4,
                "slotId": "payments.primary", "workflows": [workflow],
                "operations": .array(operations.map { .string("payments.stripe.\($0)") }),
                "capabilities": .array(names.map { .string($0) }), "narrowedBy": [],
            ]
        }
        let id = try #require(ConnectionID("conn_a"))
        let both = ["createPaymentIntent", "createRefund"]
        #expect(
            try world.table().reach(of: id).map { $0.json(for: .platform) } == [
                entry("check*", ["createRefund"], [World.createRefund]),
                entry("*", both, [World.createPayment, World.createRefund]),
            ]
        )
    }

    @Test func `without a winner the explanation says null`() throws {
        let resolution = try World.seed().explain()
        #expect(resolution.explanation["winner"] == .null)
        #expect(resolution.explanation["allowed"] == false)
        #expect(resolution.explanation["candidates"] == [])
    }
}
