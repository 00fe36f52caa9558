public import JSON
public import Model
public import Policy

/// Who may use an operation through one binding.
public struct OperationReach: Sendable, Hashable {
    /// The most workflows that are named.
    public static let namedCountMax = 100
    /// The most names that are judged for one binding.
    static let judgedCountMax = 10_000

    /// The binding's reach, of which `operations` is the one that was asked for.
    public let binding: ConnectionReach
    /// The connection.
    public let connection: ConnectionID
    /// The workflows known by name that scopes and rules permit, sorted.
    public let permitted: [WorkflowName]
    /// Whether there may be more of them.
    public let permittedIsCut: Bool

    /// The entry as the API writes it; `workflows` are the scope's patterns.
    public func json(for audience: RuleNote.Audience) -> JSONValue {
        var object = binding.json(for: audience).object ?? [:]
        object["connectionId"] = .string(connection.text)
        object["permittedWorkflows"] = .array(permitted.map { .string($0.text) })
        if permittedIsCut { object["permittedIsCut"] = true }
        return .object(object)
    }
}

extension BindingTable {
    /// The bindings whose spec brings the operation to their slot, in the order written.
    ///
    /// - Complexity: O(bindings of these slots).
    public func bindings(serving operation: OperationID) -> [Int] {
        (operations[operation] ?? [])
            .flatMap { seat in
                slots[seat.slot].bindings.filter { bindings[$0].specInSlot == seat.specInSlot }
            }
            .sorted()
    }

    /// Whether it takes the names of all workflows to tell which of them a binding admits.
    public func admitsUnlisted(_ index: Int) -> Bool {
        config.bindings[index].scope.workflows?.contains { !$0.isExact } ?? true
    }

    /// Who may use an operation through a binding that may serve it.
    ///
    /// - Parameters:
    ///   - index: The binding's index.
    ///   - operation: The operation.
    ///   - known: All workflows that are known by name, sorted; of a binding that lists names alone
    ///     (`admitsUnlisted`) they are not needed.
    ///   - stepCount: Grows by what it cost, in steps of one byte compared.
    /// - Returns: nil when that is nobody.
    public func reach(
        through index: Int,
        serving operation: OperationID,
        known: [WorkflowName],
        stepCount: inout Int
    ) -> OperationReach? {
        guard let reach = reach(through: index, for: operation, stepCount: &stepCount),
            let seat = (operations[operation] ?? [])
                .first(where: {
                    $0.slot == bindings[index].slot && $0.specInSlot == bindings[index].specInSlot
                })
        else { return nil }
        let names = admitsUnlisted(index) ? known : listed(index)
        var permitted: [WorkflowName] = []
        var isCut = names.count > OperationReach.judgedCountMax
        for name in names.prefix(OperationReach.judgedCountMax) {
            guard isPermitted(name, index, seat, &stepCount) else { continue }
            guard permitted.count < OperationReach.namedCountMax else {
                isCut = true
                break
            }
            permitted.append(name)
        }
        return OperationReach(
            binding: reach,
            connection: config.bindings[index].connection,
            permitted: permitted,
            permittedIsCut: isCut
        )
    }

    private func listed(_ index: Int) -> [WorkflowName] {
        let names = config.bindings[index].scope.workflows?.compactMap { WorkflowName($0.text) }
        return Set(names ?? []).sorted()
    }

    private func isPermitted(
        _ workflow: WorkflowName,
        _ index: Int,
        _ seat: OperationSeat,
        _ stepCount: inout Int
    ) -> Bool {
        let listed = config.bindings[index].scope.workflows
        let specificity = Specificity.of(workflow.text, in: listed, stepCount: &stepCount)
        guard specificity != nil else { return false }
        var list = CandidateList(self, workflow)
        list.add(index, slot: seat.slot, offer: seat.offer, specificity, isOpen: { _, _ in false })
        stepCount += list.stepCount
        return list.candidates.contains { $0.isPermitted }
    }
}
