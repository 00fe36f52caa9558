import Audit
import Commands
import Execution
import JSON
import Ledger
import Model
import Outbound
import Platform
import Secrets

extension ObjectSet.PlacedTests {
    /// Runs them; an object that is a test stands for itself, and no list leads to it.
    fileprivate func run(_ run: inout PolicyTestRun) -> PolicyTestRun.Outcome {
        guard pointer == .root, let test = tests.first else {
            return run.run(tests, of: tenant, at: pointer)
        }
        return run.run(test, of: tenant, at: .root)
    }
}

extension ObjectSet {
    /// Runs the tests of policies on the world of the set: its configs are live, whatever their
    /// status, and its connections as they are.
    ///
    /// - Returns: How many questions were asked.
    func runPolicyTests(_ report: inout CheckReport) async throws(CommandFailure) -> Int {
        // With errors the world is not what the tests are about.
        guard !tests.isEmpty, report.errorCount == 0 else { return 0 }
        let services = try await services()
        let context = CommandContext(
            services: services,
            caller: .local,
            requestID: UUIDv7.make(now: WallClock.milliseconds()),
            now: Timestamp(milliseconds: WallClock.milliseconds())
        )
        var questionCount = 0
        for placed in tests.sorted(by: { $0.place.text < $1.place.text }) {
            // A run for each: the many files of a folder may take longer than one request.
            var run = PolicyTestRun(context)
            let outcome = placed.run(&run)
            questionCount += run.questionCount
            for failure in outcome.failures { report.add(failure, at: placed.place) }
            let moreCount = outcome.failureCount - outcome.failures.count
            guard moreCount > 0 else { continue }
            report.error(
                placed.place.text,
                Issue.Code.policyTestFailed.rawValue,
                "\(moreCount) more questions are decided otherwise"
            )
        }
        return questionCount
    }

    /// Services over a store in memory that holds the set.
    private func services() async throws(CommandFailure) -> Services {
        do {
            let ledger = try Ledger(journal: MemoryJournal())
            let audit = try await AuditTrail.open(AuditTrail.Configuration())
            let outbound = try OutboundClient(OutboundConfiguration())
            let secrets = try SecretKeeper(SecretsConfiguration())
            let now = Timestamp(milliseconds: WallClock.milliseconds())
            _ = try await ledger.commit(actor: .system("check"), now: now) {
                (_, stamp) throws(Never) in Ledger.Plan(changes(stamp), answer: true)
            }
            var settings = Services.Settings()
            settings.environments = environments
            return Services(
                settings: settings,
                ledger: ledger,
                audit: audit,
                executor: Executor(outbound: outbound, secrets: secrets, audit: audit),
                healthChecker: HealthChecker(outbound: outbound, secrets: secrets, audit: audit)
            )
        } catch {
            throw .failed("the tests of policies can't be run: \(error)")
        }
    }

    private func changes(_ stamp: Ledger.Stamp) -> [Change] {
        func stored<Value>(_ value: Value) -> Stored<Value> {
            Stored(value, revision: stamp.revision, createdAt: stamp.now, updatedAt: stamp.now)
        }
        var changes: [Change] = []
        changes += specs.values.map { .putSpec(stored($0.noun)) }
        changes += blueprints.values.map { .putBlueprint(stored($0.noun)) }
        changes += connections.values.map { .putConnection(stored($0.noun)) }
        for (tenant, entities) in entities {
            changes += entities.map { .putEntity(tenant, stored($0)) }
        }
        changes += platformRules.map { .putPolicy(nil, stored($0)) }
        for (tenant, rules) in tenantRules {
            changes += rules.map { .putPolicy(tenant, stored($0)) }
        }
        changes += configs.map { config in
            .putConfigVersion(
                stored(ConfigVersion(number: 1, config: config.noun, status: .published))
            )
        }
        return changes
    }
}
