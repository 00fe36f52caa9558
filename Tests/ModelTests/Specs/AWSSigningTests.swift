import JSON
import Testing

@testable import Model

@Suite struct AWSSigningTests {
    private static let keys: JSONValue = [
        "schema": [
            "type": "object",
            "properties": [
                "accessKeyId": ["type": "string"], "secretAccessKey": ["type": "string"],
                "sessionToken": ["type": "string"],
            ],
        ]
    ]

    private func read(
        _ member: JSONObject = [:],
        beside others: [JSONValue] = [],
        secretSchema: JSONValue? = keys
    ) -> (method: AWSSigning?, issues: [String]) {
        var auth: JSONObject = ["type": "aws-sigv4", "service": "s3", "region": "eu-central-1"]
        for member in member {
            auth[member.key] = member.value.isNull ? JSONValue?.none : member.value
        }
        var document: JSONObject = [
            "meta": ["key": "storage.test", "version": 1, "category": "storage"],
            "capabilities": ["provides": []], "auth": .array([.object(auth)] + others),
            "transport": ["type": "rest", "baseUrl": "https://api.example"],
        ]
        document["secretSchema"] = secretSchema
        let issues = IssueList()
        let spec = IntegrationSpec(reading: .object(document), id: nil, issues: issues)
        var method: AWSSigning?
        for case .awsSigV4(let found) in spec.auth { method = found }
        return (method, issues.issues.map { "\($0.pointer) \($0.detail)" })
    }

    @Test func `fields have the names that AWS gives them`() throws {
        let (method, issues) = read()
        #expect(issues.isEmpty)
        let found = try #require(method)
        #expect(found.service == "s3")
        #expect(found.accessKeyIDField == "accessKeyId")
        #expect(found.secretAccessKeyField == "secretAccessKey")
        #expect(found.sessionTokenField == "sessionToken")
        #expect(read(secretSchema: nil).method == found)
    }

    @Test func `fields may have other names, and the region may be the config's`() throws {
        let schema: JSONValue = [
            "schema": [
                "type": "object",
                "properties": ["id": ["type": "string"], "key": ["type": "string"]],
            ]
        ]
        let (method, issues) = read(
            [
                "region": "{{config.region}}", "accessKeyIdField": "id",
                "secretAccessKeyField": "key",
            ],
            secretSchema: schema
        )
        #expect(issues.isEmpty)
        #expect(method?.accessKeyIDField == "id")
        #expect(method?.secretAccessKeyField == "key")
        #expect(method?.sessionTokenField == nil)
        #expect(method?.region.references.first?.path == ["region"])
    }

    @Test(arguments: [
        ("service", JSONValue.null, "is required"), ("region", .null, "is required"),
        ("service", "S3", "must be the service's name"), ("service", "", "must be the service's"),
        ("service", "s3/x", "must be the service's name"), ("service", 3, "must be a string"),
        ("region", "eu central", "must be a region"), ("region", "-", "must be a region"),
        ("region", "eu/central-1", "must be a region"), ("region", "", "must be a region"),
        ("region", "{{secret.region}}", "secret may not be used here"),
        ("region", "{{input.region}}", "input may not be used here"),
        ("region", "{{config.region", "is not closed"),
        ("accessKeyIdField", "other", "is no property of the secretSchema"),
        ("sessionTokenField", "other", "is no property of the secretSchema"),
        ("secretField", "accessKeyId", ""),
    ])
    func `a wrong member is named`(_ key: String, _ value: JSONValue, _ words: String) throws {
        let issues = read([key: value]).issues
        let issue = try #require(issues.first { $0.hasPrefix("/auth/0/\(key) ") })
        #expect(words.isEmpty || issue.contains(words), "\(issue)")
    }

    @Test func `the longest name is taken and one byte more is not`() {
        let name = String(repeating: "a", count: 64)
        #expect(read(["service": .string(name), "region": .string(name)]).issues.isEmpty)
        #expect(read(["service": .string(name + "a")]).issues.count == 1)
        #expect(read(["region": .string(name + "a")]).issues.count == 1)
    }

    @Test func `a secret without the usual fields must name its own`() {
        let schema: JSONValue = [
            "schema": ["type": "object", "properties": ["id": ["type": "string"]]]
        ]
        let issues = read(secretSchema: schema).issues
        #expect(
            issues == [
                "/auth/0/accessKeyIdField is needed: the secretSchema has no property accessKeyId",
                "/auth/0/secretAccessKeyField is needed: the secretSchema has no property "
                    + "secretAccessKey",
            ]
        )
    }

    @Test(
        arguments: [
            ["type": "bearer", "secretField": "accessKeyId"],
            ["type": "basic", "usernameField": "accessKeyId"],
            ["type": "header", "headerName": "AUTHORIZATION", "secretField": "accessKeyId"],
            ["type": "aws-sigv4", "service": "ses", "region": "eu-central-1"],
            ["type": "oauth2", "tokenUrl": "https://a.example/token"],
        ] as [JSONValue]
    )
    func `nothing beside it fills the same header`(_ other: JSONValue) {
        let issues = read(beside: [other]).issues
        #expect(issues.contains { $0.hasPrefix("/auth may hold one method aws-sigv4") })
    }

    @Test func `a key in another header or in the query may stand beside it`() {
        let others: [JSONValue] = [
            ["type": "header", "headerName": "X-Account", "secretField": "accessKeyId"],
            ["type": "api-key", "queryParam": "key", "secretField": "accessKeyId"],
        ]
        #expect(read(beside: others).issues.isEmpty)
    }
}
