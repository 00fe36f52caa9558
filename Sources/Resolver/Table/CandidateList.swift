import JSON
import Model
import Policy

/// Evaluates candidates one by one: the only place where it is decided who may serve.
struct CandidateList {
    let table: BindingTable
    let workflow: WorkflowName?
    let conditions: CallConditions?
    private(set) var candidates: [Candidate] = []
    /// The conditions on calls of each operation that a candidate has.
    private var narrowed: [OperationID: OperationConditions] = [:]
    /// What judging conditions cost so far, in steps of theirs.
    private var conditionStepCount = 0
    /// What evaluating cost so far, in steps of one byte compared.
    private(set) var stepCount = 0
    /// What a candidate costs beside its comparisons, in steps.
    private static let candidateStepCount = 128
    /// What asking the rules is taken to cost, in steps: their lists are not counted.
    private static let verdictStepCount = 256

    init(_ table: BindingTable, _ workflow: WorkflowName?, _ conditions: CallConditions? = nil) {
        self.table = table
        self.workflow = workflow
        self.conditions = conditions
    }

    /// Evaluates a binding.
    ///
    /// - Parameters:
    ///   - index: The binding's index.
    ///   - slot: The slot's place in the blueprint.
    ///   - offer: What its spec brings here; nil without a connection.
    ///   - specificity: How closely its scope names the workflow; nil when it does not admit it.
    ///   - isOpen: Whether the circuit breaker of a connection is open.
    mutating func add(
        _ index: Int,
        slot: Int,
        offer: Int?,
        _ specificity: Specificity?,
        isOpen: BreakerCheck
    ) {
        stepCount += Self.candidateStepCount
        // The binding's members are read in place: copying it whole costs as much as judging it.
        var reasons = table.bindings[index].reasons
        if specificity == nil { reasons.insert(.workflowNotInScope) }
        if let offer,
            isOpen(table.config.bindings[index].connection, table.offers[offer].callClass)
        {
            reasons.insert(.circuitOpen)
        }
        var notes: [RuleNote] = []
        let operation = judge(index, slot, offer, &reasons, &notes)
        let rank = CandidateRank(
            priority: table.config.bindings[index].priority,
            workflow: specificity,
            operation: operation,
            index: index
        )
        candidates.append(
            Candidate(
                table: table,
                slot: slot,
                offer: offer,
                rank: rank,
                reasons: reasons,
                notes: notes
            )
        )
    }

    /// Judges what depends on the operation; answers how closely the scope names it.
    private mutating func judge(
        _ index: Int,
        _ slot: Int,
        _ offer: Int?,
        _ reasons: inout ReasonSet,
        _ notes: inout [RuleNote]
    ) -> Specificity? {
        let list = table.config.bindings[index].scope.operations
        if let offer { reasons.formUnion(table.offers[offer].reasons) }
        guard let offer, let operation = table.offers[offer].operation else {
            // Of an unknown operation it is certain only that an empty list does not admit it.
            if list?.isEmpty ?? false { reasons.insert(.operationNotInScope) }
            return list == nil ? .absentList : nil
        }
        let specificity = Specificity.of(operation.text, in: list, stepCount: &stepCount)
        if specificity == nil { reasons.insert(.operationNotInScope) }
        if !table.offers[offer].policies.isEmpty {
            let verdict = verdict(index, offer)
            reasons.formUnion(ReasonSet(verdict))
            notes = verdict.notes
        }
        // Only what passes everything else is asked about circumstances: whoever lists all
        // candidates gets the same answer as who lists those that are admitted.
        if let conditions, let workflow, !reasons.isDropping, !isSpent,
            let call = table.call(index, offer: offer, slot: slot)
        {
            let verdict = verdict(call, index, self.conditions(conditions, operation, workflow))
            reasons.formUnion(ReasonSet(verdict))
            notes += verdict.notes
        }
        return specificity
    }

    private mutating func verdict(_ index: Int, _ offer: Int) -> PolicyVerdict {
        let place = table.bindings[index].connection
        guard let mode = table.connections[place].observed?.connection.mode else { return .silent }
        stepCount += Self.verdictStepCount
        return table.offers[offer].policies
            .judge(
                connection: table.config.bindings[index].connection,
                mode: mode,
                workflow: workflow
            )
    }

    private mutating func conditions(
        _ conditions: CallConditions,
        _ operation: OperationID,
        _ workflow: WorkflowName
    ) -> OperationConditions {
        if let known = narrowed[operation] { return known }
        let before = conditionStepCount
        let made = conditions.narrowed(to: operation, workflow, stepCount: &conditionStepCount)
        stepCount += conditionStepCount - before
        narrowed[operation] = made
        return made
    }

    private mutating func verdict(
        _ call: PolicyCall,
        _ index: Int,
        _ conditions: OperationConditions
    ) -> PolicyVerdict {
        let before = conditionStepCount
        let connection = table.connections[table.bindings[index].connection].observed?.connection
        let verdict = conditions.judge(
            call,
            tags: connection?.document.object["tags"] ?? [],
            stepCount: &conditionStepCount
        )
        stepCount += Self.verdictStepCount + conditionStepCount - before
        return verdict
    }

    /// Whether judging the conditions cost more than a decision may.
    private var isSpent: Bool { conditionStepCount > OperationConditions.stepCountMax }

    /// The answer that follows from all candidates; where it could not be judged whom the
    /// conditions leave, they leave nobody.
    func resolution() -> Resolution {
        let judged = isSpent ? candidates.map(\.denied) : candidates
        let ordered = judged.count < 2 ? judged : judged.sorted { $0.rank < $1.rank }
        return Resolution(ordered: ordered, workflow: workflow, isSpent: isSpent)
    }
}

extension ReasonSet {
    fileprivate init(_ verdict: PolicyVerdict) {
        self = verdict.isForbidden ? .forbiddenByPolicy : []
        if verdict.isGateFailed { insert(.notPermittedByPolicy) }
    }
}
