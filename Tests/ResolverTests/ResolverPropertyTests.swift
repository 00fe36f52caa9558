import JSON
import Model
import Resolver
import Testing

/// Rules that hold in every world; a failing one prints the seed of its world.
@Suite struct ResolverPropertyTests {
    static let seeds: ClosedRange<UInt64> = 1...250
    static let capabilities = [World.createPayment, World.createRefund]
    static let questions: [String?] = RandomWorld.workflows.map { $0 } + [nil, "zzz"]

    private static func worlds(
        faults: Bool = true,
        _ body: (World, BindingTable, Comment) throws -> Void
    ) throws {
        for seed in seeds {
            var maker = RandomWorld(seed: seed)
            maker.hasFaults = faults
            let world = try maker.next()
            try body(world, try world.table(), "seed \(seed)")
        }
    }

    @Test func `the table agrees with the reference`() throws {
        try Self.worlds { world, table, seed in
            let reference = try ReferenceResolver(world)
            for (place, name) in Self.questions.enumerated() {
                for capability in Self.capabilities {
                    let key = try #require(CapabilityKey(capability))
                    let open: Set<String> = place % 3 == 0 ? ["s0", "a1"] : []
                    let rows = reference.explain(capability, name, open: open)
                    let workflow = name.flatMap { WorkflowName($0) }
                    let found = table.resolve(capability: key, workflow: workflow) {
                        connection,
                        _ in
                        open.contains(connection.text)
                    }
                    #expect(found?.summary ?? [] == rows.map(\.summary), seed)
                    #expect(found?.candidates.map(\.bindingIndex) ?? [] == rows.map(\.index), seed)
                }
            }
        }
    }

    @Test func `the decision is the explanation's`() throws {
        try Self.worlds { _, table, seed in
            for name in Self.questions {
                let workflow = name.flatMap { WorkflowName($0) }
                for key in table.capabilities {
                    let whole = try #require(table.resolve(capability: key, workflow: workflow))
                    let part = try #require(
                        table.resolve(capability: key, workflow: workflow, listing: .admitted)
                    )
                    #expect(part.isAllowed == whole.isAllowed, seed)
                    #expect(part.winner?.bindingIndex == whole.winner?.bindingIndex, seed)
                    #expect(part.fallbacks == whole.fallbacks, seed)
                    #expect(
                        part.passedOver.map(\.bindingIndex) == whole.passedOver.map(\.bindingIndex)
                    )
                    let admitted = whole.summary.filter { !$0.contains("WORKFLOW_NOT_IN_SCOPE") }
                    #expect(part.summary == admitted, seed)
                }
            }
        }
    }

    @Test func `the winner is never dropped, and its fallbacks neither`() throws {
        try Self.worlds { _, table, seed in
            for key in table.capabilities {
                let resolution = try #require(table.resolve(capability: key, workflow: nil))
                #expect(resolution.winner?.reasons ?? [] == [], seed)
                for server in resolution.servers { #expect(server.reasons.isEmpty, seed) }
                #expect(resolution.winner == nil || resolution.isAllowed, seed)
            }
        }
    }

    @Test func `asked by operation, candidates are judged as by capability`() throws {
        try Self.worlds { _, table, seed in
            for name in ["ab", nil] {
                let workflow = name.flatMap { WorkflowName($0) }
                for key in table.capabilities {
                    let whole = try #require(table.resolve(capability: key, workflow: workflow))
                    for operation in Set(whole.candidates.compactMap(\.operation)) {
                        let asked = table.resolve(operation: operation, workflow: workflow)
                        let own = whole.candidates.filter { $0.operation == operation }
                        #expect(
                            asked.candidates.map(\.bindingIndex) == own.map(\.bindingIndex),
                            seed
                        )
                        #expect(asked.candidates.map(\.reasons) == own.map(\.reasons), seed)
                        let part = table.resolve(
                            operation: operation,
                            workflow: workflow,
                            listing: .admitted
                        )
                        #expect(part.winner?.bindingIndex == asked.winner?.bindingIndex, seed)
                    }
                }
            }
        }
    }

    @Test func `what is valid resolves`() throws {
        var validCount = 0
        for faults in [true, false] {
            try Self.worlds(faults: faults) { world, table, seed in
                guard try world.report().isValid else { return }
                validCount += 1
                #expect(table.missingSlots.isEmpty, seed)
                for slot in table.blueprint.slots where slot.isRequired {
                    for requirement in slot.capabilities {
                        let found = table.resolve(capability: requirement.key, workflow: nil)
                        #expect(found?.winner != nil, seed)
                    }
                }
            }
        }
        #expect(validCount > 20)
    }

    @Test func `a slot is missing when a capability has no permitted candidate of it`() throws {
        try Self.worlds { _, table, seed in
            let expected = try table.blueprint.slots.filter { slot in
                try slot.isRequired
                    && slot.capabilities.contains { requirement in
                        let key = requirement.key
                        let found = try #require(table.resolve(capability: key, workflow: nil))
                        return !found.permits(slot.id)
                    }
            }
            #expect(table.missingSlots == expected.map(\.id), seed)
        }
    }

    /// All words of up to four letters of an alphabet that has one letter more than the patterns.
    static let words: [String] = {
        var words: [String] = []
        var layer = [""]
        for _ in 0..<4 {
            layer = layer.flatMap { word in ["a", "b", "c", "z"].map { word + $0 } }
            words += layer
        }
        return words
    }()

    @Test func `ambiguity is told exactly where the written order alone decides`() throws {
        for seed: UInt64 in 1...100 {
            var maker = RandomWorld(seed: seed)
            maker.hasFaults = false
            let world = try maker.next()
            let table = try world.table()
            var isAmbiguous = false
            search: for word in Self.words + ["checkout", "checkz"] {
                for key in table.capabilities {
                    let resolution = table.resolve(
                        capability: key,
                        workflow: WorkflowName(word),
                        listing: .admitted
                    )
                    guard let resolution else { continue }
                    if Self.hasTie(resolution, word) {
                        isAmbiguous = true
                        break search
                    }
                }
            }
            let report = try world.report()
            let told = report.errorCodes.union(report.warningCodes).contains("AMBIGUOUS_BINDING")
            #expect(told == isAmbiguous, "seed \(seed)")
        }
    }

    /// Whether two candidates differ by nothing but their place in the config.
    private static func hasTie(_ resolution: Resolution, _ word: String) -> Bool {
        let standing = resolution.candidates.filter {
            Set($0.reasons).isSubset(of: [.forbiddenByPolicy, .notPermittedByPolicy])
        }
        struct Key: Hashable {
            let priority: Int?
            let workflow: Specificity?
            let operation: Specificity?
        }
        let keys = standing.map { candidate in
            Key(
                priority: candidate.priority,
                workflow: Specificity.of(word, in: candidate.scope.workflows),
                operation: Specificity.of(
                    candidate.operation?.text ?? "",
                    in: candidate.scope.operations
                )
            )
        }
        return Set(keys).count < keys.count
    }

    @Test func `a shadowed binding never wins`() throws {
        var shadowCount = 0
        for seed: UInt64 in 1...100 {
            var maker = RandomWorld(seed: seed)
            maker.hasFaults = false
            let world = try maker.next()
            let table = try world.table()
            let pointers = try world.report().warnings
                .filter { $0.code == .shadowedBinding }
                .map(\.pointer)
            shadowCount += pointers.count
            guard !pointers.isEmpty else { continue }
            for word in Self.words + ["checkout"] {
                for key in table.capabilities {
                    let workflow = WorkflowName(word)
                    let found = table.resolve(
                        capability: key,
                        workflow: workflow,
                        listing: .admitted
                    )
                    guard let winner = found?.winner else { continue }
                    let pointer = "/integrations/\(winner.bindingIndex)"
                    #expect(!pointers.contains(pointer), "seed \(seed) \(word)")
                }
            }
        }
        #expect(shadowCount > 20)
    }
}
