import Model
import Policy
import Testing

/// API section 10, "Roles": who may do what, written out once more.
@Suite struct RoleTableTests {
    /// Each action with the roles that may do it: admin, viewer, runtime, auditor of a tenant.
    static let matrix: [Action: String] = [
        .specsRead: "AV--", .specsWrite: "----",
        .blueprintsRead: "AV--", .blueprintsWrite: "----",
        .globalPoliciesRead: "----", .globalPoliciesWrite: "----",
        .globalKeysRead: "----", .globalKeysWrite: "----",
        .tenantsList: "----", .metricsRead: "----", .auditReadPlatform: "----",
        .connectionsRead: "AV--", .connectionsWrite: "A---", .connectionsTest: "A---",
        .healthRead: "AV--", .usageRead: "AV--",
        .configsRead: "AV--", .configsWrite: "A---", .configsValidate: "A---",
        .historyRead: "AV-U", .configsBreakGlass: "A---",
        .approvalsRead: "AV-U", .approvalsWrite: "A---",
        .changeRequestsRead: "AV-U", .changeRequestsWrite: "A---",
        .policiesRead: "AV--", .policiesWrite: "A---",
        .entitiesRead: "AV--", .entitiesWrite: "A---",
        .secretsRead: "A---", .secretsWrite: "A---", .secretsRotateKey: "----",
        .keysRead: "A---", .keysWrite: "A---",
        .webhooksRead: "AV--", .webhooksWrite: "A---",
        .resolve: "AVRU", .explain: "AVRU", .simulate: "A---",
        .evaluate: "A-R-", .execute: "A-R-",
        .auditRead: "AV-U", .auditReadBodies: "A--U", .auditVerify: "---U",
        .eventsRead: "A--U", .export: "A--U", .apply: "A---",
    ]

    private static func letter(_ role: Role) -> Character? {
        switch role {
        case .platformAdmin: nil
        case .tenantAdmin: "A"
        case .tenantViewer: "V"
        case .runtime: "R"
        case .auditor: "U"
        }
    }

    @Test(arguments: Action.allCases)
    func `allows what the matrix says and nothing else`(_ action: Action) throws {
        let row = try #require(Self.matrix[action])
        #expect(RoleTable.allows(.platformAdmin, action))
        for role in Role.allCases {
            guard let letter = Self.letter(role) else { continue }
            #expect(RoleTable.allows(role, action) == row.contains(letter), "\(role.rawValue)")
        }
    }

    @Test func `names every action once`() {
        #expect(Set(Action.allCases.map(\.rawValue)).count == Action.allCases.count)
        #expect(Self.matrix.count == Action.allCases.count)
    }
}
