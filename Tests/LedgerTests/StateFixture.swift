import JSON
import Model

@testable import Ledger

/// Small whole objects, read by the model's own readers.
enum StateFixture {
    static let now = Timestamp(milliseconds: 1_700_000_000_000)

    static func spec(_ key: String, version: Int64 = 1) throws -> IntegrationSpec {
        let issues = IssueList()
        let json: JSONValue = [
            "meta": ["key": .string(key), "version": .integer(version), "category": "payments"],
            "capabilities": [
                "provides": [["key": "pay", "version": 1, "operation": "pay.now"]]
            ],
            "transport": ["type": "rest", "baseUrl": "https://api.example.com"],
            "operations": ["pay.now": ["method": "POST", "path": "/pay"]],
        ]
        let spec = IntegrationSpec(reading: json, id: nil, issues: issues)
        try issues.throwErrors()
        return spec
    }

    static func connection(
        _ id: String,
        tenant: String = "acme",
        spec: String = "payments.x",
        description: String = "a connection"
    ) throws -> Connection {
        try Connection(
            [
                "meta": [
                    "id": .string(id), "tenantId": .string(tenant),
                    "integrationKey": .string(spec), "integrationVersion": 1,
                    "environment": "sandbox",
                ],
                "ownershipMode": "byok", "description": .string(description),
                "config": ["a": 1, "b": [true, nil, "ü"]],
                "secretRef": "env://BINDERY_SECRET_A",
            ],
            tenant: nil,
            id: nil
        )
    }

    static func config(
        _ tenant: String = "acme",
        domain: String? = nil,
        blueprintVersion: Int64 = 1
    ) throws -> TenantAppConfig {
        var json: JSONObject = [
            "meta": [
                "tenantId": .string(tenant), "blueprintName": "app",
                "blueprintVersion": .integer(blueprintVersion), "environment": "sandbox",
            ],
            "integrations": [["slotId": "s", "connectionId": "conn_a"]],
        ]
        if let domain { json["branding"] = ["customDomain": .string(domain)] }
        return try TenantAppConfig(
            .object(json),
            tenant: nil,
            line: nil,
            latestVersion: { _ in nil }
        )
    }

    static func stored<Value>(_ value: Value, revision: UInt64 = 1) -> Stored<Value> {
        Stored(value, revision: revision, createdAt: now, updatedAt: now)
    }

    static func lines(of state: State) throws -> [[UInt8]] {
        var lines: [[UInt8]] = []
        try StateSnapshot(state: state)
            .forEachLine { (line) throws(JournalError) in
                lines.append(line)
            }
        return lines
    }
}
