public import Model
public import Policy

extension BindingTable {
    /// Which candidates an answer tells of.
    public enum Listing: Sendable, Hashable {
        /// All of them, for an explanation.
        case everyCandidate
        /// Those whose scope admits the workflow, for a decision: the ones left out are dropped in
        /// any case, and their number costs nothing.
        case admitted
    }

    /// Who serves a capability in a workflow.
    ///
    /// - Parameters:
    ///   - capability: The capability.
    ///   - workflow: The workflow; nil for one that every scope with entries admits.
    ///   - listing: Which candidates the answer tells of; the decision is the same.
    ///   - conditions: The rules about the circumstances of the call; nil for none, or for an answer about
    ///     no call in particular.
    ///   - isOpen: Whether the circuit breaker of a connection is open.
    /// - Returns: nil when no slot requires the capability.
    public func resolve(
        capability: CapabilityKey,
        workflow: WorkflowName?,
        listing: Listing = .everyCandidate,
        conditions: CallConditions? = nil,
        isOpen: BreakerCheck = { _, _ in false }
    ) -> Resolution? {
        var stepCount = 0
        return resolve(
            capability,
            workflow,
            listing,
            conditions,
            isOpen: isOpen,
            stepCount: &stepCount
        )
    }

    /// The same, adding to `stepCount` what it cost, in steps of one byte compared.
    func resolve(
        _ capability: CapabilityKey,
        _ workflow: WorkflowName?,
        _ listing: Listing,
        _ conditions: CallConditions?,
        isOpen: BreakerCheck,
        stepCount: inout Int
    ) -> Resolution? {
        stepCount += Self.decisionStepCount
        guard let seats = seats[capability] else { return nil }
        var list = CandidateList(self, workflow, conditions)
        for seat in seats {
            stepCount += forEachBinding(seat.slot, workflow, listing) { index, specificity in
                let offer = bindings[index].specInSlot.map { seat.firstOffer + $0 }
                list.add(index, slot: seat.slot, offer: offer, specificity, isOpen: isOpen)
            }
        }
        stepCount += list.stepCount
        return list.resolution()
    }

    /// What a decision costs beside its candidates and comparisons, in steps.
    private static let decisionStepCount = 256

    /// Who serves an operation in a workflow: the candidates are those whose own operation it is.
    ///
    /// An operation that no slot's capability has is served by nobody. The parameters are those of
    /// the other `resolve`.
    public func resolve(
        operation: OperationID,
        workflow: WorkflowName?,
        listing: Listing = .everyCandidate,
        conditions: CallConditions? = nil,
        isOpen: BreakerCheck = { _, _ in false }
    ) -> Resolution {
        var stepCount = 0
        return resolve(
            operation,
            workflow,
            listing,
            conditions,
            isOpen: isOpen,
            stepCount: &stepCount
        )
    }

    /// The same, adding to `stepCount` what it cost, in steps of one byte compared.
    func resolve(
        _ operation: OperationID,
        _ workflow: WorkflowName?,
        _ listing: Listing,
        _ conditions: CallConditions?,
        isOpen: BreakerCheck,
        stepCount: inout Int
    ) -> Resolution {
        stepCount += Self.decisionStepCount
        var list = CandidateList(self, workflow, conditions)
        for seat in operations[operation] ?? [] {
            stepCount += forEachBinding(seat.slot, workflow, listing) { index, specificity in
                guard bindings[index].specInSlot == seat.specInSlot else { return }
                list.add(index, slot: seat.slot, offer: seat.offer, specificity, isOpen: isOpen)
            }
        }
        stepCount += list.stepCount
        return list.resolution()
    }

    /// Calls `body` with the slot's bindings, and how closely each one's scope names the workflow.
    ///
    /// - Returns: How many steps it took to compare patterns.
    private func forEachBinding(
        _ slot: Int,
        _ workflow: WorkflowName?,
        _ listing: Listing,
        _ body: (Int, Specificity?) -> Void
    ) -> Int {
        guard let workflow else {
            for index in slots[slot].bindings {
                let specificity = bindings[index].closestWorkflow
                if specificity != nil || listing == .everyCandidate { body(index, specificity) }
            }
            return 0
        }
        switch listing {
        case .admitted:
            return slots[slot].index.forEachHit(workflow) { body($0.binding, $0.specificity) }
        case .everyCandidate:
            var stepCount = 0
            for index in slots[slot].bindings {
                let listed = config.bindings[index].scope.workflows
                body(index, Specificity.of(workflow.text, in: listed, stepCount: &stepCount))
            }
            return stepCount
        }
    }
}
