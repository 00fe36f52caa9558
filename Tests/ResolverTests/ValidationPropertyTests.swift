import JSON
import Model
import Resolver
import Testing

/// One semantics: the report's errors are the resolver's reasons, no more and no fewer, in thousands
/// of worlds; a failing one prints the seed of its world.
@Suite struct ValidationPropertyTests {
    /// Each reason that does not depend on who asks, and the error that tells it at the binding.
    private static let codes: [Reason: Model.Issue.Code] = [
        .connectionNotFound: .missingIntegrationConnection,
        .environmentMismatch: .environmentMismatch, .connectionNotActive: .connectionNotReady,
        .specNotFound: .integrationSpecNotFound, .categoryMismatch: .categoryMismatch,
        .modeNotSupported: .unsupportedOwnershipMode, .modeNotAllowed: .modeMismatch,
        .capabilityNotProvided: .capabilityNotProvided,
    ]

    /// An error at a binding, without its words.
    private struct Finding: Hashable, CustomStringConvertible {
        let code: Model.Issue.Code
        let binding: Int?

        var description: String { "\(code.rawValue) at \(binding.map { "\($0)" } ?? "the config")" }
    }

    /// What the resolver makes of each binding, whoever asks.
    private static func candidates(_ table: BindingTable) -> [Int: Candidate] {
        var candidates: [Int: Candidate] = [:]
        for capability in table.capabilities {
            for candidate in table.resolve(capability: capability, workflow: nil)?.candidates ?? []
            { candidates[candidate.bindingIndex] = candidate }
        }
        return candidates
    }

    /// The bindings that are resolved with what their schema does not allow.
    private static func misfits(_ table: BindingTable) -> Set<Int> {
        let misfits = candidates(table)
            .filter { _, candidate in
                let merged = MergedConfig(candidate)
                return merged?.violations(of: candidate.spec?.configSchema).isEmpty == false
            }
        return Set(misfits.keys)
    }

    /// What is wrong with the branding that `resolved` answers, by the few values that worlds have.
    private static func brandingErrors(_ table: BindingTable) -> Set<Model.Issue.Code> {
        let resolved = ResolvedAppConfig(
            table,
            workflow: nil,
            provider: { .object($0.document.object) },
            connection: { .object($0.document.object) }
        )
        let branding = resolved.json["branding"]
        var errors: Set<Model.Issue.Code> = []
        if branding?["customDomain"] == "nowhere" { errors.insert(.invalidDomain) }
        let urls = (branding?["assets"]?.array ?? []).compactMap { $0["url"]?.string }
        if urls.contains(where: { $0.hasPrefix("http:") }) { errors.insert(.insecureAssetURL) }
        return errors
    }

    /// What the resolver says of each binding, whoever asks.
    private static func reasons(_ table: BindingTable) -> [Int: Set<Reason>] {
        var reasons: [Int: Set<Reason>] = [:]
        for capability in table.capabilities {
            for candidate in table.resolve(capability: capability, workflow: nil)?.candidates ?? []
            {
                reasons[candidate.bindingIndex, default: []].formUnion(candidate.reasons)
            }
        }
        return reasons
    }

    /// The errors that the resolver's answers make, ambiguity left out.
    private static func expected(
        _ table: BindingTable,
        _ reasons: [Int: Set<Reason>]
    ) -> Set<Finding> {
        var findings: Set<Finding> = []
        var failing: Set<ConnectionID> = []
        for (index, binding) in table.config.bindings.enumerated() {
            guard let own = reasons[index] else {
                findings.insert(Finding(code: .unknownSlotBinding, binding: index))
                continue
            }
            for (reason, code) in codes where own.contains(reason) {
                findings.insert(Finding(code: code, binding: index))
            }
            // A check counts of what is active and known; it is told once for a connection.
            let isChecked = own.isDisjoint(with: [.connectionNotActive, .specNotFound])
            if own.contains(.connectionUnhealthy), isChecked,
                failing.insert(binding.connection).inserted
            {
                findings.insert(Finding(code: .healthCheckFailed, binding: index))
            }
        }
        let isMissing = table.blueprint.slots.contains { slot in
            slot.isRequired
                && slot.capabilities.contains { requirement in
                    let found = table.resolve(capability: requirement.key, workflow: nil)
                    return found?.permits(slot.id) != true
                }
        }
        if isMissing { findings.insert(Finding(code: .missingRequiredSlot, binding: nil)) }
        for code in brandingErrors(table) { findings.insert(Finding(code: code, binding: nil)) }
        let misfits = misfits(table)
        var plain: Set<ConnectionID> = []
        for (index, binding) in table.config.bindings.enumerated() {
            // What a connection alone has wrong is told once, at the first binding that adds nothing.
            let isFirst = binding.config != nil || plain.insert(binding.connection).inserted
            if isFirst, misfits.contains(index) {
                findings.insert(Finding(code: .configSchemaViolation, binding: index))
            }
        }
        return findings
    }

    /// The errors of the report that `expected` speaks of.
    private static func found(
        _ report: ValidationReport,
        _ reasons: [Int: Set<Reason>]
    ) -> Set<Finding> {
        let findings = report.errors.filter { $0.code != .ambiguousBinding }
            .map { issue in
                let steps = issue.pointer.split(separator: "/")
                let isBinding = steps.count > 1 && steps[0] == "integrations"
                return Finding(code: issue.code, binding: isBinding ? Int(steps[1]) : nil)
            }
        // Of a binding to no slot the resolver says nothing, and the report what else is wrong.
        return Set(
            findings.filter { finding in
                guard let binding = finding.binding else { return true }
                return reasons[binding] != nil || finding.code == .unknownSlotBinding
            }
        )
    }

    private static func forEachWorld(
        _ part: UInt64,
        _ body: (World, BindingTable, Comment) throws -> Void
    ) throws {
        for seed in (part * 300)..<(part * 300 + 300) {
            var maker = RandomWorld(seed: seed)
            maker.hasFaults = seed % 5 != 0
            maker.hasConfigs = seed % 2 == 0
            let world = try maker.next()
            try body(world, try world.table(), "seed \(seed)")
        }
    }

    @Test(arguments: 0..<10) func `the report's errors are the resolver's reasons`(
        _ part: UInt64
    ) throws {
        var codes: Set<Model.Issue.Code> = []
        var validCount = 0
        try Self.forEachWorld(part) { world, table, seed in
            let report = try world.report()
            let reasons = Self.reasons(table)
            var expected = Self.expected(table, reasons)
            var found = Self.found(report, reasons)
            // A health check that failed is told at the first binding, which may be one to no slot.
            if table.config.bindings.indices.contains(where: { reasons[$0] == nil }) {
                expected = expected.filter { $0.code != .healthCheckFailed }
                found = found.filter { $0.code != .healthCheckFailed }
            }
            #expect(found == expected, seed)
            codes.formUnion(found.map(\.code))
            if report.isValid { validCount += 1 }
        }
        #expect(codes.count >= 10 && validCount >= 15, "\(codes.count) codes, \(validCount) valid")
    }

    @Test(arguments: 0..<10) func `what is valid resolves, and what resolves is valid`(
        _ part: UInt64
    ) throws {
        try Self.forEachWorld(part) { world, table, seed in
            let report = try world.report()
            let own: Set<Reason> = Set(Self.codes.keys).union([.connectionUnhealthy])
            let reasons = Self.reasons(table)
            let serves = table.config.bindings.indices.allSatisfy {
                reasons[$0].map { $0.isDisjoint(with: own) } ?? false
            }
            let isFilled = table.blueprint.slots.allSatisfy { slot in
                !slot.isRequired
                    || slot.capabilities.allSatisfy { requirement in
                        let found = table.resolve(capability: requirement.key, workflow: nil)
                        return found?.winner != nil && found?.permits(slot.id) == true
                    }
            }
            let isAmbiguous = report.errors.contains { $0.code == .ambiguousBinding }
            let fits = Self.misfits(table).isEmpty && Self.brandingErrors(table).isEmpty
            #expect(report.isValid == (serves && isFilled && fits && !isAmbiguous), seed)
        }
    }
}
