import JSON
import Model
import Testing

/// Specs, connections and operations as tests need them.
enum SampleSpec {
    static let secretText = "tok/3n+s3cr3t=abc"

    /// The document of a spec with one operation, `test.pay`, and the members given in its place.
    static func document(
        baseURL: String,
        operation: JSONObject = [:],
        _ change: (inout JSONObject) -> Void = { _ in }
    ) -> JSONValue {
        var pay: JSONObject = [
            "method": "POST", "path": "/v1/pay", "encoding": "json",
            "body": ["amount": "{{input.amount}}"],
        ]
        for member in operation {
            // `nil` alone would be JSON's null.
            pay[member.key] = member.value.isNull ? JSONValue?.none : member.value
        }
        var spec: JSONObject = [
            "meta": ["key": "payments.test", "version": 1, "category": "payments"],
            "capabilities": ["provides": [["key": "pay", "operation": "test.pay"]]],
            "secretSchema": [
                "schema": ["type": "object", "properties": ["apiKey": ["type": "string"]]]
            ],
            "auth": [["type": "bearer", "secretField": "apiKey"]],
            "transport": ["type": "rest", "baseUrl": .string(baseURL)],
            "operations": ["test.pay": .object(pay)],
        ]
        change(&spec)
        return .object(spec)
    }

    static func spec(_ document: JSONValue) throws -> IntegrationSpec {
        let issues = IssueList()
        let spec = IntegrationSpec(reading: document, id: nil, issues: issues)
        try issues.throwErrors()
        return spec
    }

    static func spec(
        baseURL: String = "https://api.example.com",
        operation: JSONObject = [:],
        _ change: (inout JSONObject) -> Void = { _ in }
    ) throws -> IntegrationSpec {
        try spec(document(baseURL: baseURL, operation: operation, change))
    }

    static func pay(_ spec: IntegrationSpec) throws -> Operation {
        let id = try #require(OperationID("test.pay"))
        return try #require(spec.operations[id])
    }

    static func connection(
        secretRef: String? = "file://secret.json",
        limits: JSONValue? = nil
    ) throws -> Connection {
        var document: JSONObject = [
            "meta": [
                "id": "conn_a", "tenantId": "acme", "integrationKey": "payments.test",
                "integrationVersion": 1, "environment": "production",
            ],
            "ownershipMode": "byok",
        ]
        document["secretRef"] = secretRef.map { .string($0) }
        document["limits"] = limits
        return try Connection(.object(document), tenant: nil, id: nil)
    }

    static func constraints(_ limits: JSONValue) throws -> Constraints {
        try connection(limits: limits).limits
    }
}
