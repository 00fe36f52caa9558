import Model
import Policy

/// Evaluates candidates one by one: the only place where it is decided who may serve.
struct CandidateList {
    let table: BindingTable
    let workflow: WorkflowName?
    private(set) var candidates: [Candidate] = []
    private var policies: [PolicyID] = []
    /// What evaluating cost so far, in steps of one byte compared.
    private(set) var stepCount = 0
    /// What a candidate costs beside its comparisons, in steps.
    private static let candidateStepCount = 128
    /// What asking the rules is taken to cost, in steps: their lists are not counted.
    private static let verdictStepCount = 256

    init(_ table: BindingTable, _ workflow: WorkflowName?) {
        self.table = table
        self.workflow = workflow
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
        isOpen: (ConnectionID) -> Bool
    ) {
        stepCount += Self.candidateStepCount
        // The binding's members are read in place: copying it whole costs as much as judging it.
        var reasons = table.bindings[index].reasons
        if specificity == nil { reasons.insert(.workflowNotInScope) }
        if offer != nil, isOpen(table.config.bindings[index].connection) {
            reasons.insert(.circuitOpen)
        }
        let operation = judge(index, offer, &reasons)
        let rank = CandidateRank(
            priority: table.config.bindings[index].priority,
            workflow: specificity,
            operation: operation,
            index: index
        )
        candidates.append(
            Candidate(table: table, slot: slot, offer: offer, rank: rank, reasons: reasons)
        )
    }

    /// Judges what depends on the operation; answers how closely the scope names it.
    private mutating func judge(
        _ index: Int,
        _ offer: Int?,
        _ reasons: inout ReasonSet
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
            reasons.formUnion(verdict(index, offer))
        }
        return specificity
    }

    private mutating func verdict(_ index: Int, _ offer: Int) -> ReasonSet {
        let place = table.bindings[index].connection
        guard let mode = table.connections[place].observed?.connection.mode else { return [] }
        stepCount += Self.verdictStepCount
        let verdict = table.offers[offer].policies
            .judge(
                connection: table.config.bindings[index].connection,
                mode: mode,
                workflow: workflow
            )
        policies += verdict.forbids + verdict.permits
        var reasons: ReasonSet = verdict.forbids.isEmpty ? [] : .forbiddenByPolicy
        if verdict.isGateFailed { reasons.insert(.notPermittedByPolicy) }
        return reasons
    }

    /// The answer that follows from all candidates.
    func resolution() -> Resolution {
        let ordered =
            candidates.count < 2 ? candidates : candidates.sorted { $0.rank < $1.rank }
        let ids = policies.isEmpty ? [] : Set(policies).sorted()
        return Resolution(ordered: ordered, policies: ids)
    }
}
