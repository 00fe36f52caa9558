/// What a credential is for (API section 3); what each may do is `Policy`'s table.
public enum Role: String, Sendable, Hashable, CaseIterable {
    /// Runs the platform: everything.
    case platformAdmin = "platform-admin"
    /// Runs one tenant.
    case tenantAdmin = "tenant-admin"
    /// Looks at one tenant.
    case tenantViewer = "tenant-viewer"
    /// A workflow engine that resolves and executes.
    case runtime
    /// Reads the audit trail.
    case auditor
}
