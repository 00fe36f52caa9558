import Model

/// Tenants that tests have.
enum SampleTenant {
    static let acme = tenant("acme")
    static let other = tenant("other")

    private static func tenant(_ text: String) -> TenantID {
        guard let id = TenantID(text) else { preconditionFailure("a tenant's id") }
        return id
    }
}
