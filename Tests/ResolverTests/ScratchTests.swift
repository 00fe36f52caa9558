import JSON
import Model
import Policy
import Resolver
import Testing

@Suite struct ScratchTests {
    @Test func timing() throws {
        let clock = ContinuousClock()
        func measure(_ name: String, _ bindings: [JSONValue], caps: Int = 2) throws {
            var world = try World.seed()
            if caps > 2 {
                let names = (0..<caps).map { "cap.\($0)" }
                world.slots = [World.slot(capabilities: names)]
                try world.add(spec: World.spec(provides: .array(names.map { ["key": .string($0), "operation": "payments.stripe.createRefund"] })))
            }
            world.bindings = bindings
            let inputs = try world.inputs()
            var table: BindingTable?
            let compile = clock.measure { table = BindingTable(compiling: inputs) }
            let t = try #require(table)
            let key = t.capabilities[0]
            let w = try #require(WorkflowName("flow-77"))
            var n = 0
            let decide = clock.measure { for _ in 0..<200 { n += t.resolve(capability: key, workflow: w, listing: .admitted)?.candidates.count ?? 0 } } / 200
            let missing = clock.measure { n += t.missingSlots.count }
            let s = ValidationSurroundings(now: World.now, healthFreshSeconds: 3600, isDomainTaken: { _ in false }, testedConfigs: [], connectionIDs: [])
            var r: ValidationReport?
            let report = clock.measure { r = ConfigValidator.report(inputs, s) }
            let diff = clock.measure { n += AccessDiff.entries(before: nil, after: t).count }
            print("TIMING", name, "compile", compile, "decide", decide, "missing", missing, "report", report, "diff", diff, r?.warnings.count ?? 0, n)
        }
        try measure("20 exact", (0..<20).map { World.binding("conn_a", workflows: ["flow-\($0+70)"], priority: 1) })
        try measure("10k exact", (0..<10_000).map { World.binding("conn_a", workflows: ["flow-\($0)"], priority: 1) })
        try measure("10k unscoped same", (0..<10_000).map { _ in World.binding("conn_a") })
        try measure("10k unscoped prio", (0..<10_000).map { World.binding("conn_a", priority: $0) })
        try measure("10k patterns", (0..<10_000).map { World.binding("conn_a", workflows: ["flow-\($0)*"], priority: 1) })
        try measure("10k suffix patterns", (0..<10_000).map { World.binding("conn_a", workflows: ["*-\($0)-end"], priority: 1) })
        try measure("10k nested suffix", (0..<10_000).map { World.binding("conn_a", workflows: ["*" + String(repeating: "a", count: $0 % 100)], priority: 1) })
        try measure("2k exact 100 caps", (0..<2_000).map { World.binding("conn_a", workflows: ["flow-\($0)"], priority: 1) }, caps: 100)
    }
}
