public import Model
public import Policy

/// What a workflow may be asked about beside the operation (API section 10, "AuthZEN resources").
public enum GrantedResource: Sendable, Hashable {
    /// Any binding to the connection serves the operation.
    case connection(ConnectionID)
    /// Some candidate serves the operation for the capability.
    case capability(CapabilityKey)
    /// Some candidate serves the operation through the slot.
    case slot(SlotID)
}

extension BindingTable {
    /// What scopes and policies say of the workflow's use of the resource for the operation: the
    /// candidates of it alone, so that its `isAllowed` is the decision; nil when no slot requires
    /// the capability.
    ///
    /// It is what the candidates of `resolve` say, and no second judgement: availability denies
    /// nothing. `stepCount` grows by what it cost, in steps of one byte compared.
    public func resolve(
        _ workflow: WorkflowName,
        _ operation: OperationID,
        on resource: GrantedResource,
        listing: Listing = .admitted,
        conditions: CallConditions? = nil,
        isOpen: BreakerCheck = { _, _ in false },
        stepCount: inout Int
    ) -> Resolution? {
        let found: Resolution?
        if case .capability(let key) = resource {
            found = resolve(
                key,
                workflow,
                listing,
                conditions,
                isOpen: isOpen,
                stepCount: &stepCount
            )
        } else {
            found = resolve(
                operation,
                workflow,
                listing,
                conditions,
                isOpen: isOpen,
                stepCount: &stepCount
            )
        }
        return found?.narrowed(to: resource, operation)
    }

    /// Whether scopes and policies permit the workflow to use the resource for the operation.
    public func permits(
        _ workflow: WorkflowName,
        _ operation: OperationID,
        on resource: GrantedResource,
        conditions: CallConditions? = nil,
        stepCount: inout Int
    ) -> Bool {
        resolve(workflow, operation, on: resource, conditions: conditions, stepCount: &stepCount)?
            .isAllowed ?? false
    }

    /// The connections and the slots with which the workflow may be served for the operation: those
    /// of which `permits` is true, found in one evaluation.
    public func permitted(
        _ workflow: WorkflowName,
        _ operation: OperationID,
        conditions: CallConditions? = nil,
        stepCount: inout Int
    ) -> (connections: Set<ConnectionID>, slots: Set<SlotID>) {
        let candidates = resolve(
            operation,
            workflow,
            .admitted,
            conditions,
            isOpen: { _, _ in false },
            stepCount: &stepCount
        )
        .candidates.filter(\.isPermitted)
        return (Set(candidates.map(\.connectionID)), Set(candidates.map(\.slot)))
    }

    /// The connections that the config binds, sorted, each once.
    public var connectionIDs: [ConnectionID] { connectionPlaces.keys.sorted() }

    /// The operations that some slot has through one of its specs, sorted.
    public var operationIDs: [OperationID] { operations.keys.sorted() }

    /// The workflows that are known by name: the blueprint's aliases and the exact names in scopes,
    /// sorted, each once.
    ///
    /// What patterns alone admit is nobody's name.
    ///
    /// - Complexity: O(aliases + scope entries).
    public var workflowNames: [WorkflowName] {
        var names = Set(blueprint.workflows)
        for binding in config.bindings {
            for pattern in binding.scope.workflows ?? [] where pattern.isExact {
                if let name = WorkflowName(pattern.text) { names.insert(name) }
            }
        }
        return names.sorted()
    }

    /// How many entries `workflowNames` looks at.
    public var workflowEntryCount: Int {
        config.bindings.reduce(blueprint.workflows.count) {
            $0 + ($1.scope.workflows?.count ?? 0)
        }
    }
}
