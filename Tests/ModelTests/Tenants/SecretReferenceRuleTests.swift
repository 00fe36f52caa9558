import Testing

@testable import Model

@Suite struct SecretReferenceRuleTests {
    @Test(arguments: [
        ("vault://integrations/{tenant}/*", "vault://integrations/acme/conn_a", true),
        ("vault://integrations/{tenant}/*", "vault://integrations/acme/a/b#key", true),
        ("vault://integrations/{tenant}/*", "vault://integrations/other/conn_a", false),
        ("vault://integrations/{tenant}/*", "vault://integrations/acme2/conn_a", false),
        ("vault://integrations/{tenant}/*", "vault://integrations/acme", false),
        ("vault://integrations/{tenant}/*", "env://integrations/acme/conn_a", false),
        ("env://BINDERY_SECRET_{tenant}_*", "env://BINDERY_SECRET_acme_STRIPE", true),
        ("env://BINDERY_SECRET_{tenant}_*", "env://BINDERY_SECRET_acme", false),
        ("file://{tenant}/{tenant}.json", "file://acme/acme.json", true),
        ("file://{tenant}/{tenant}.json", "file://acme/other.json", false),
    ])
    func `lets a tenant name what is its own`(
        _ rule: String,
        _ reference: String,
        _ isAllowed: Bool
    ) throws {
        let rule = try #require(SecretReferenceRule(rule))
        let reference = try #require(SecretReference(reference))
        let tenant = try #require(TenantID("acme"))
        #expect(rule.allows(reference, of: tenant) == isAllowed)
    }

    @Test(arguments: [
        "", "vault://all/*", "{tenant}/x", "ftp://{tenant}/x", "vault://{tenant}/a b",
        "vault://{tenant}/" + String(repeating: "a", count: 512),
    ])
    func `refuses a rule that keeps nobody out, or is none`(_ text: String) {
        #expect(SecretReferenceRule(text) == nil)
    }
}
