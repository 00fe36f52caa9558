import JSON
import Model
import Testing

@testable import Resolver

/// Drafts and tables made to be slow: they end within the budget, counted in steps.
@Suite struct WorkBudgetTests {
    /// A name of `a`s with a number at its end, which a search by pieces finds as late as it can.
    private static func piece(_ count: Int, _ number: Int) -> String {
        String(repeating: "a", count: count) + "b\(number)"
    }

    /// Bindings whose patterns differ at the very end of a long piece, and some of names that each
    /// pattern has to be compared with to its end.
    private static func hostile(
        _ start: String = "a*",
        patternLists: Int = 100,
        priority: (Int) -> Int? = { $0 }
    ) throws -> World {
        var world = try World.seed(environment: "production")
        world.workflows = (0..<100).map { "a" + piece(110, $0) }
        world.bindings = (0..<patternLists)
            .map { list in
                let entries = (0..<63).map { start + piece(60, $0) + "*" + piece(20, list) + "*" }
                return World.binding("conn_a", workflows: entries, priority: priority(list))
            }
        world.bindings += (0..<5)
            .map { list in
                let entries = (0..<63).map { "a" + piece(115, 100 * list + $0) }
                return World.binding("conn_b", workflows: entries, priority: 1_000 + list)
            }
        return world
    }

    private static func report(_ world: World, _ budget: WorkBudget) throws -> ValidationReport {
        let surroundings = ValidationSurroundings(
            now: World.now,
            healthFreshSeconds: 3600,
            isDomainTaken: { _ in false },
            testedConfigs: [],
            connectionIDs: world.connections.keys.sorted()
        )
        return ConfigValidator.report(try world.inputs(), surroundings, budget)
    }

    /// The words of the remark on what was not looked at.
    private static func remark(_ report: ValidationReport) -> String? {
        report.info.first { $0.code == .limitExceeded && $0.pointer == "/integrations" }?.detail
    }

    /// How far a comparison or a decision, counted when it is done, may go beyond the budget.
    private static let overshootMax = 2_000

    @Test(arguments: [("a*", WorkBudget.stepCountMax), ("*", 2_000_000)])
    func `a hostile draft ends within the budget`(_ start: String, _ stepCount: Int) throws {
        let budget = WorkBudget(stepCount)
        let report = try Self.report(Self.hostile(start), budget)
        #expect(budget.stepCountLeft >= -Self.overshootMax)
        #expect(!report.errorCodes.contains("AMBIGUOUS_BINDING"))
        #expect(budget.isExceeded == (Self.remark(report) != nil))
    }

    @Test func `what was not looked at is named, and nothing of it is told`() throws {
        let budget = WorkBudget(4_000_000)
        let report = try Self.report(Self.hostile(), budget)
        #expect(budget.stepCountLeft >= -Self.overshootMax)
        let remark = try #require(Self.remark(report))
        #expect(remark.contains("SHADOWED_BINDING"))
        #expect(remark.contains("NOT_TESTED_IN_SANDBOX"))
        #expect(!remark.contains("AMBIGUOUS_BINDING"))
        #expect(
            report.warningCodes.isDisjoint(with: ["SHADOWED_BINDING", "NOT_TESTED_IN_SANDBOX"])
        )
    }

    @Test func `an ambiguity that could not be decided stops a production config`() throws {
        var world = try Self.hostile()
        let report = try Self.report(world, WorkBudget(1_000))
        #expect(!report.isValid)
        let error = try #require(report.errors.first { $0.code == .ambiguousBinding })
        #expect(error.pointer == "/integrations")
        #expect(error.detail.hasPrefix("the scopes are too many to compare"))
        #expect(try #require(Self.remark(report)).contains("AMBIGUOUS_BINDING"))

        world = try World.seed()
        world.bindings = [World.binding("conn_a", workflows: ["checkout"])]
        let warned = try Self.report(world, WorkBudget(10))
        #expect(warned.isValid)
        #expect(warned.warningCodes.contains("AMBIGUOUS_BINDING"))
    }

    @Test func `a budget of any size changes no other error`() throws {
        var world = try Self.hostile(patternLists: 2) { _ in 1 }
        world.bindings.append(World.binding("conn_x", slot: "nowhere"))
        let whole = try Self.report(world, WorkBudget())
        #expect(Self.remark(whole) == nil)
        let told = Set(whole.errors).union(whole.warnings)
        var size = 1
        while size < WorkBudget.stepCountMax {
            let report = try Self.report(world, WorkBudget(size))
            #expect(report.errorCodes == whole.errorCodes)
            // What is told is true whatever the budget, but for the words on ambiguity itself.
            let others = report.warnings.filter { $0.code != .ambiguousBinding }
            #expect(
                others.allSatisfy { issue in
                    told.contains { $0.code == issue.code && $0.pointer == issue.pointer }
                }
            )
            size *= 8
        }
    }

    @Test func `ambiguity of as many patterns as a body holds is decided`() throws {
        let budget = WorkBudget(4_000_000)
        let report = try Self.report(Self.hostile { _ in 1 }, budget)
        #expect(report.errors.contains { $0.pointer == "/integrations/99" })
        #expect(!report.errors.contains { $0.pointer == "/integrations" })
        #expect(!(Self.remark(report) ?? "").contains("AMBIGUOUS_BINDING"))
    }

    @Test func `many bindings of many capabilities are compared once`() throws {
        var world = try World.seed(environment: "production")
        let keys = (0..<200).map { "payments.c\($0)" }
        world.slots = [World.slot(capabilities: keys)]
        let provided = keys.map { key -> JSONValue in
            let operation: JSONValue = "payments.stripe.createRefund"
            return ["key": .string(key), "version": 1, "operation": operation]
        }
        try world.add(spec: World.spec(provides: .array(provided)))
        world.bindings = (0..<2_000)
            .map { World.binding("conn_a", workflows: ["flow-\($0)-*"], priority: 1) }
        let budget = WorkBudget(4_000_000)
        let report = try Self.report(world, budget)
        #expect(!report.errorCodes.contains("AMBIGUOUS_BINDING"))
        #expect(Self.remark(report) == nil)
    }

    @Test func `lists written alike shadow each other without comparing`() throws {
        var world = try World.seed()
        let entries = (0..<1_000).map { "*" + Self.piece(100, $0) + "*" }
        world.bindings = (0..<8)
            .map { World.binding("conn_a", workflows: entries, priority: $0) }
        let budget = WorkBudget()
        let report = try Self.report(world, budget)
        #expect(report.warnings.count { $0.code == .shadowedBinding } == 7)
    }

    @Test func `a diff of hostile tables ends within the budget and says so`() throws {
        let before = try Self.hostile("*").table()
        let after = try Self.hostile("*") { 100 - $0 }.table()
        let budget = WorkBudget(2_000_000)
        let diff = AccessDiff(before: before, after: after, budget)
        #expect(diff.isCut)
        // One decision may look at all patterns of a table.
        #expect(budget.stepCountLeft >= -5_000_000)
    }

    @Test func `a diff that was not cut says so`() throws {
        var world = try World.seed()
        world.bindings = [World.binding("conn_a", workflows: ["checkout", "sub-*"])]
        let diff = AccessDiff(before: nil, after: try world.table())
        #expect(!diff.isCut)
        #expect(diff.changes.map(\.workflow) == ["checkout", "checkout", "sub-*", "sub-*"])
    }

    @Test func `a diff is cut by the number of patterns and of changes`() throws {
        var world = try World.seed()
        world.slots = [World.slot(capabilities: [World.createPayment])]
        for count in [1_000, 1_001] {
            world.bindings = (0..<count)
                .map { World.binding("conn_a", workflows: ["x\($0)-*y"]) }
            let diff = AccessDiff(before: nil, after: try world.table())
            #expect(diff.isCut == (count > 1_000))
            #expect(diff.changes.count == 1_000)
        }
        for count in [10_000, 10_001] {
            world.bindings = stride(from: 0, to: count, by: 1_000)
                .map { start in
                    let names = (start..<min(start + 1_000, count)).map { "x\($0)" }
                    return World.binding("conn_a", workflows: names)
                }
            let diff = AccessDiff(before: nil, after: try world.table())
            #expect(diff.isCut == (count > 10_000))
            #expect(diff.changes.count == 10_000)
        }
    }

    @Test func `a decision over hostile patterns is linear in their bytes`() throws {
        let table = try Self.hostile("*").table()
        var stepCount = 0
        let name = WorkflowName(String(repeating: "a", count: 128))
        let resolution = table.resolve(
            try #require(CapabilityKey(World.createPayment)),
            name,
            .admitted,
            nil,
            isOpen: { _, _ in false },
            stepCount: &stepCount
        )
        #expect(resolution?.candidates.isEmpty == true)
        #expect(stepCount < 6_300 * (3 * 128 + Pattern.comparisonStepCount))
    }
}
