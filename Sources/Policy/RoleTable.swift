public import Model

/// Which role may do what: API section 10, "Roles", as one table.
///
/// Who is not named in an action's row may not do it, and a new action does not build without a row.
public enum RoleTable {
    /// Whether the role may do the action, in its own tenant.
    public static func allows(_ role: Role, _ action: Action) -> Bool {
        role == .platformAdmin || roles(for: action).contains(role)
    }

    /// The roles that may do the action beside platform-admin, who may do all.
    private static func roles(for action: Action) -> Set<Role> {
        switch action {
        case .specsWrite, .blueprintsWrite, .globalPoliciesRead, .globalPoliciesWrite: []
        case .globalKeysRead, .globalKeysWrite, .tenantsList, .metricsRead, .auditReadPlatform,
            .secretsRotateKey:
            []

        case .specsRead, .blueprintsRead: [.tenantAdmin, .tenantViewer]
        case .connectionsRead, .healthRead, .usageRead: [.tenantAdmin, .tenantViewer]
        case .configsRead, .policiesRead, .entitiesRead, .webhooksRead:
            [.tenantAdmin, .tenantViewer]

        case .connectionsWrite, .connectionsTest, .configsWrite, .configsValidate: [.tenantAdmin]
        case .entitiesWrite, .policiesWrite, .keysRead, .keysWrite, .webhooksWrite: [.tenantAdmin]
        case .secretsRead, .secretsWrite, .simulate, .apply: [.tenantAdmin]

        case .resolve, .explain: [.tenantAdmin, .tenantViewer, .runtime, .auditor]
        case .evaluate, .execute: [.tenantAdmin, .runtime]

        case .approvalsWrite, .changeRequestsWrite, .configsBreakGlass: [.tenantAdmin]
        case .approvalsRead, .changeRequestsRead: [.tenantAdmin, .tenantViewer, .auditor]
        case .historyRead, .auditRead: [.tenantAdmin, .tenantViewer, .auditor]
        case .auditReadBodies, .eventsRead, .export: [.tenantAdmin, .auditor]
        case .auditVerify: [.auditor]
        }
    }
}
