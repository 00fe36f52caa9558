import JSON

/// The objects of the document that Bindery was made from, as they stand there.
enum SeedDocuments {
    /// Step 1.
    static let blueprint = parse(
        """
        {
          "meta": { "name": "invoice-app", "version": 1, "appId": "invoice" },
          "integrationSlots": [
            {
              "slotId": "payments.primary",
              "requiredCategory": "payments",
              "allowedModes": ["managed", "byok"],
              "requiredCapabilities": [
                { "key": "payments.createPaymentIntent", "version": 1 },
                { "key": "payments.createRefund", "version": 1 }
              ],
              "required": true,
              "description": "Primary PSP used for Checkout and Subscription flows"
            }
          ],
          "workflows": { "checkout": { "name": "invoice.checkout", "version": 1 } },
          "branding": {
            "appNameKey": "invoice.appName",
            "assets": [{ "type": "logo", "url": "https://cdn.acme.dev/logo.png" }],
            "colorTokens": { "primary": "colors.brand.primary" }
          }
        }
        """
    )

    /// Step 2.
    static let connection = parse(
        """
        {
          "meta": {
            "id": "conn_stripe_acme_prod",
            "tenantId": "acme-corp",
            "integrationKey": "payments.stripe",
            "integrationVersion": 1,
            "label": "Stripe Production",
            "environment": "production",
            "createdAt": "2025-01-15T09:00:00Z",
            "updatedAt": "2025-01-15T10:30:00Z"
          },
          "ownershipMode": "byok",
          "externalAccountId": "acct_123",
          "config": {
            "accountId": "acct_123",
            "webhookUrl": "https://acme.app/webhooks/stripe"
          },
          "secretRef": "vault://integrations/acme/conn_stripe_acme_prod",
          "status": "active"
        }
        """
    )

    /// Step 3.
    static let config = parse(
        """
        {
          "meta": {
            "tenantId": "acme-corp",
            "blueprintName": "invoice-app",
            "blueprintVersion": 1,
            "environment": "production",
            "version": 4,
            "status": "published"
          },
          "integrations": [
            {
              "slotId": "payments.primary",
              "connectionId": "conn_stripe_acme_prod",
              "scope": {
                "workflows": ["checkout", "subscription-renewal", "refund-process"],
                "operations": ["payments.stripe.*"]
              },
              "priority": 1
            }
          ],
          "branding": {
            "appName": { "en": "Acme Billing Portal" },
            "customDomain": "billing.acme.com",
            "assets": [{ "type": "logo", "url": "https://assets.acme.com/logo.svg" }]
          }
        }
        """
    )

    /// The bindings of the multi-integration scenario.
    static let manyBindings = parse(
        """
        [
          {
            "slotId": "payments.primary",
            "connectionId": "conn_stripe_prod",
            "scope": { "workflows": ["checkout", "subscription-*"] }
          },
          { "slotId": "email.outbound", "connectionId": "conn_postmark_prod" },
          {
            "slotId": "email.inbound",
            "connectionId": "conn_gmail_support",
            "scope": { "workflows": ["support-ticket-creation"] }
          },
          {
            "slotId": "knowledge.vector-store",
            "connectionId": "conn_qdrant_prod",
            "scope": { "workflows": ["semantic-search", "rag-query"] }
          }
        ]
        """
    )

    /// The sandbox environment's config.
    static let sandboxConfig = parse(
        """
        {
          "meta": { "environment": "sandbox", "status": "preview" },
          "integrations": [
            { "slotId": "payments.primary", "connectionId": "conn_stripe_acme_test" }
          ]
        }
        """
    )

    /// The production environment's config beside it.
    static let productionConfig = parse(
        """
        {
          "meta": { "environment": "production", "status": "published" },
          "integrations": [
            { "slotId": "payments.primary", "connectionId": "conn_stripe_acme_prod" }
          ]
        }
        """
    )

    private static func parse(_ text: String) -> JSONValue {
        do {
            return try JSONValue(parsing: Array(text.utf8))
        } catch {
            preconditionFailure("the document is JSON: \(error)")
        }
    }
}

extension JSONValue {
    /// This value with `value` at the place; objects on the way are made where they are missing.
    func setting(_ value: JSONValue, at path: some Collection<String>) -> JSONValue {
        guard let key = path.first else { return value }
        var object = object ?? [:]
        object[key] = (object[key] ?? [:]).setting(value, at: path.dropFirst())
        return .object(object)
    }

    /// Whether every member of `part`, at any depth, is in this value with the same value.
    func holds(_ part: JSONValue) -> Bool {
        guard let members = part.object else { return self == part }
        return members.allSatisfy { member in self[member.key]?.holds(member.value) ?? false }
    }
}
