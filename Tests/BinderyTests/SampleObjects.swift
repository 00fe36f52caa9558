/// Objects that agree with each other, as texts.
enum SampleObjects {
    static let spec = """
        {"meta": {"key": "payments.stripe", "version": 1, "category": "payments"},
         "supportedModes": ["byok"],
         "capabilities": {"provides": [{"key": "payments.charge", "operation": "stripe.charge"}]},
         "configSchema": {"schema": {"type": "object", "required": ["accountId"],
            "properties": {"accountId": {"type": "string"}}, "additionalProperties": false}},
         "secretSchema": {"schema": {"type": "object",
            "properties": {"apiKey": {"type": "string"}}}},
         "auth": [{"type": "bearer", "secretField": "apiKey"}],
         "transport": {"type": "rest", "baseUrl": "https://api.stripe.com"},
         "healthCheck": {"operation": "stripe.balance"}, "operations": {
            "stripe.balance": {"method": "GET", "path": "/v1/balance"},
            "stripe.charge": {"method": "POST", "path": "/v1/charges",
            "encoding": "form"}}}
        """
    static let blueprint = """
        {"meta": {"name": "invoice-app", "version": 1, "appId": "invoice"},
         "integrationSlots": [{"slotId": "payments.primary", "requiredCategory": "payments",
           "requiredCapabilities": [{"key": "payments.charge"}], "required": true}],
         "workflows": {"checkout": {"name": "invoice.checkout", "version": 1}}}
        """
    static func connection(config: String = #"{"accountId": "a"}"#, version: Int = 1) -> String {
        """
        {"meta": {"id": "conn_a", "tenantId": "acme", "integrationKey": "payments.stripe",
          "integrationVersion": \(version), "environment": "sandbox"}, "ownershipMode": "byok",
         "config": \(config), "secretRef": "env://BINDERY_SECRET_A", "status": "active"}
        """
    }
    static func config(slot: String = "payments.primary", connection: String = "conn_a") -> String {
        """
        {"meta": {"tenantId": "acme", "blueprintName": "invoice-app", "blueprintVersion": 1,
          "environment": "sandbox"},
         "integrations": [{"slotId": "\(slot)", "connectionId": "\(connection)",
          "scope": {"workflows": ["checkout"]}, "description": "For the checkout."}]}
        """
    }
    static let policy =
        #"{"id": "none-by-night", "effect": "forbid", "match": {"workflows": ["nightly-*"]}}"#

    /// An entry of `apply`, on one line.
    static func entry(_ kind: String, _ object: String, tenant: String? = nil) -> String {
        let tenant = tenant.map { #""tenantId": "\#($0)", "# } ?? ""
        let line = object.split(separator: "\n").joined(separator: " ")
        return #"{"kind": "\#(kind)", \#(tenant)"object": \#(line)}"#
    }

    /// A whole set of entries that is right.
    static let all = [
        entry("IntegrationSpec", spec), entry("AppBlueprintSpec", blueprint),
        entry("IntegrationConnection", connection(), tenant: "acme"),
        entry("TenantAppConfig", config(), tenant: "acme"), entry("PolicyRule", policy),
        entry("PolicyRule", policy, tenant: "acme"),
    ]
}
