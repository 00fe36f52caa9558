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
    /// Why the secrets of connections can't be had, in words; empty where nobody read them.
    public let secretDefects: [ConnectionID: String]

    /// The surroundings.
    public init(
        now: Timestamp,
        healthFreshSeconds: Int,
        isDomainTaken: @escaping (String) -> Bool,
        testedConfigs: [TenantAppConfig],
        connectionIDs: [ConnectionID],
        secretDefects: [ConnectionID: String] = [:]
    ) {
        self.now = now
        self.healthFreshSeconds = healthFreshSeconds
        self.isDomainTaken = isDomainTaken
        self.testedConfigs = testedConfigs
        self.connectionIDs = connectionIDs
        self.secretDefects = secretDefects
    }
}

/// Reports on a version of a config (API section 6): every issue, in one pass.
public enum ConfigValidator {
    /// The report on a config.
    ///
    /// It reads the table that decisions are made with, so what it finds valid resolves. How much
    /// it compares is bounded: where the scopes are too many, an `info` says what was not looked
    /// at, and whether bindings are ambiguous, which decides a publish, is looked at first.
    public static func report(
        _ inputs: ResolverInputs,
        _ surroundings: ValidationSurroundings
    ) -> ValidationReport {
        report(inputs, surroundings, WorkBudget())
    }

    /// The report, as far as the budget goes.
    static func report(
        _ inputs: ResolverInputs,
        _ surroundings: ValidationSurroundings,
        _ budget: WorkBudget
    ) -> ValidationReport {
        var run = ReportRun(inputs, surroundings, budget)
        run.checkBindings()
        run.checkMissingSlots()
        run.checkConfigs()
        run.checkScopes()
        run.checkAmbiguity()
        run.checkShadows()
        run.checkHealth()
        run.checkSecrets()
        run.checkBranding()
        run.checkTested()
        run.noteUnfinished()
        return run.draft.report
    }
}

/// One report being made.
struct ReportRun {
    let inputs: ResolverInputs
    let surroundings: ValidationSurroundings
    let table: BindingTable
    let budget: WorkBudget
    let guesses = WorkBudget(Self.guessStepCountMax)
    /// The ambiguous bindings, found before anything else draws on the budget.
    let findings: AmbiguityFindings
    var draft = ReportDraft()
    /// The findings that the budget ended before.
    var unfinished: Set<Issue.Code> = []

    init(
        _ inputs: ResolverInputs,
        _ surroundings: ValidationSurroundings,
        _ budget: WorkBudget
    ) {
        self.inputs = inputs
        self.surroundings = surroundings
        self.budget = budget
        self.table = BindingTable(compiling: inputs)
        self.findings = AmbiguityFinder.findings(in: table, budget)
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

    /// A name in reach of a misspelt one, as a suggestion, or what to do without one, or where
    /// enough was guessed.
    static func didYouMean(
        _ name: String,
        _ names: some Collection<String>,
        else words: String,
        _ guesses: WorkBudget
    ) -> String {
        let length = name.utf8.count
        let stepCount =
            names.count * WorkBudget.lookupStepCount
            + min(names.count, guessNameCountMax) * length * length
        guard guesses.take(stepCount) else { return words }
        return Spelling.nearest(to: name, in: names).map { "did you mean \($0)?" } ?? words
    }

    /// The most steps of guessing what was meant: about 0.01 seconds, beside the budget's, so that
    /// a guess never costs a finding.
    private static let guessStepCountMax = 4_000_000
    /// The most names that one is compared with.
    private static let guessNameCountMax = 200
}
