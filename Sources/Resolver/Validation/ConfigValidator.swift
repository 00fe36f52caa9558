import JSON
public import Model

/// What a report needs to know beside the config's own inputs.
public struct ValidationSurroundings {
    /// The time.
    public let now: Timestamp
    /// How long a health check is good for, in seconds.
    public let healthFreshSeconds: Int
    /// Whether another (tenant, blueprint) pair has the domain live; asked in lower case.
    public let isDomainTaken: (String) -> Bool
    /// Versions of the tenant's configs for the same blueprint that were live in a nonproduction
    /// environment, newest first.
    public let testedConfigs: [TenantAppConfig]
    /// The tenant's connections, from which a misspelt one is guessed.
    public let connectionIDs: [ConnectionID]

    /// The surroundings.
    public init(
        now: Timestamp,
        healthFreshSeconds: Int,
        isDomainTaken: @escaping (String) -> Bool,
        testedConfigs: [TenantAppConfig],
        connectionIDs: [ConnectionID]
    ) {
        self.now = now
        self.healthFreshSeconds = healthFreshSeconds
        self.isDomainTaken = isDomainTaken
        self.testedConfigs = testedConfigs
        self.connectionIDs = connectionIDs
    }
}

/// Reports on a version of a config (API section 6): every issue, in one pass.
public enum ConfigValidator {
    /// The report on a config.
    ///
    /// It reads the table that decisions are made with, so what it finds valid resolves.
    public static func report(
        _ inputs: ResolverInputs,
        _ surroundings: ValidationSurroundings
    ) -> ValidationReport {
        var run = ReportRun(inputs, surroundings)
        run.checkBindings()
        run.checkMissingSlots()
        run.checkConfigs()
        run.checkScopes()
        run.checkAmbiguity()
        run.checkShadows()
        run.checkHealth()
        run.checkBranding()
        run.checkTested()
        return run.draft.report
    }
}

/// One report being made.
struct ReportRun {
    let inputs: ResolverInputs
    let surroundings: ValidationSurroundings
    let table: BindingTable
    var draft = ReportDraft()

    init(_ inputs: ResolverInputs, _ surroundings: ValidationSurroundings) {
        self.inputs = inputs
        self.surroundings = surroundings
        self.table = BindingTable(compiling: inputs)
    }

    /// Where the binding stands.
    static func place(_ binding: Int) -> JSONPointer {
        .root.appending("integrations").appending(binding)
    }

    /// The binding's slot; nil for one that the blueprint does not have.
    func slot(_ binding: Int) -> Blueprint.Slot? {
        table.bindings[binding].slot.map { table.blueprint.slots[$0] }
    }

    /// The connection that the binding names.
    func connection(_ binding: Int) -> BoundConnection {
        table.connections[table.bindings[binding].connection]
    }

    /// The spec of the binding's connection.
    func spec(_ binding: Int) -> IntegrationSpec? {
        connection(binding).spec.flatMap { table.specs[$0] }
    }

    /// A name in reach of a misspelt one, as a suggestion, or what to do without one.
    static func didYouMean(_ name: String, _ names: [String], else words: String) -> String {
        Spelling.nearest(to: name, in: names).map { "did you mean \($0)?" } ?? words
    }
}
