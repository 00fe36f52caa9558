import JSON
import Model
import Resolver
import Testing

@testable import bindery

@Suite struct BenchWorldTests {
    private static func world(_ arguments: String...) async -> (CommandStatus, String, String) {
        let run = await Transcript.of(["bench", "world"] + arguments)
        return (run.status, run.output, run.error)
    }

    @Test func `prints as many bindings and rules as were asked for`() async throws {
        let (status, output, _) = await Self.world("--bindings", "3", "--rules", "1000")
        #expect(status == .success)
        let world = try JSONValue(parsing: output)
        #expect(world["config"]?["integrations"]?.array?.count == 3)
        #expect(world["guardrails"]?.array?.count == 1000)
        #expect(world["attributeRules"]?.array?.count == 1000)
    }

    @Test(arguments: [("--bindings", "0"), ("--bindings", "10001"), ("--rules", "1001")])
    func `a size beyond its bounds is refused by name`(_ flag: String, _ value: String) async {
        let (status, output, error) = await Self.world(flag, value)
        #expect(status == .usage)
        #expect(output.isEmpty && error.contains(flag))
    }

    @Test(arguments: [20, 1000])
    func `under any rules the bound workflow is served and told why`(_ bindingCount: Int) {
        for ruleCount in [0, 10, 1000] {
            let world = BenchWorld(bindingCount: bindingCount, ruleCount: ruleCount)
            let table = BindingTable(compiling: world.inputs)
            let resolution = table.resolve(
                capability: BenchWorld.capability(0),
                workflow: BenchWorld.workflow(7),
                listing: .admitted
            )
            #expect(resolution?.winner?.bindingIndex == 7)
            // The gate has one permit, which admits it.
            #expect(resolution?.policies.map(\.text) == (ruleCount == 0 ? [] : ["rule-0"]))
        }
    }

    @Test func `allocations are not counted where nothing counts them`() async {
        let run = await Transcript.of(["bench", "decide", "--quick", "--allocations", "/nowhere"])
        #expect(run.status == .failure)
        #expect(run.output.isEmpty && run.error.contains("--allocations"))
    }
}
