import Model

extension State {
    /// Folds a change of approvals into the state.
    ///
    /// The tenant's generation stays: nothing is compiled from them.
    mutating func applyToApprovals(_ change: Change) {
        switch change {
        case .putApprovalPolicy(let tenant, let policy):
            changeApprovals(of: tenant) { $0.approvalPolicy = policy }
        case .removeApprovalPolicy(let tenant, _):
            changeApprovals(of: tenant) { $0.approvalPolicy = nil }
        case .putChangeRequest(let request):
            changeApprovals(of: request.value.tenant) {
                $0.changeRequests[request.value.id] = request
            }
        case .removeChangeRequest(let tenant, let id):
            changeApprovals(of: tenant) { $0.changeRequests[id] = nil }
        default: preconditionFailure("only changes of approvals come here")
        }
    }

    private mutating func changeApprovals(
        of id: TenantID,
        _ body: (inout TenantState) -> Void
    ) {
        var tenant = tenant(id)
        // Out of the table first: an only owner changes its dictionaries in place.
        tenants.set(id, nil)
        body(&tenant)
        let waits = tenant.changeRequests.values.contains { $0.value.status == .scheduled }
        tenants.set(id, tenant)
        if waits { tenantsWithSchedules.insert(id) } else { tenantsWithSchedules.remove(id) }
    }
}
