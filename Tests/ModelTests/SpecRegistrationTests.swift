import JSON
import Model
import Testing

/// What a spec must fulfil to be registered: what no call could ever be sent with is refused.
@Suite struct SpecRegistrationTests {
    private static func spec(_ change: (inout JSONObject) -> Void) -> JSONValue {
        var operation: JSONObject = [
            "method": "POST", "path": "/v1/{{input.id}}",
            "headers": ["X-Region": "{{config.region}}", "X-Key": "{{secret.key}}"],
            "query": ["region": "{{config.region}}"],
            "body": ["items": [["region": "{{config.region}}"]]],
        ]
        change(&operation)
        return [
            "meta": ["key": "payments.test", "version": 1, "category": "payments"],
            "capabilities": ["provides": [["key": "payments.pay", "operation": "pay"]]],
            "configSchema": [
                "schema": [
                    "type": "object", "properties": ["region": ["type": "string"]],
                    "additionalProperties": false,
                ]
            ],
            "secretSchema": [
                "schema": ["type": "object", "properties": ["key": ["type": "string"]]]
            ],
            "transport": ["type": "rest", "baseUrl": "https://api.example.com"],
            "operations": ["pay": .object(operation)],
        ]
    }

    private static func issues(_ json: JSONValue) -> [Model.Issue] {
        let issues = IssueList()
        let spec = IntegrationSpec(reading: json, id: nil, issues: issues)
        #expect(!issues.hasErrors, "\(issues.issues)")
        spec.checkSendable(issues)
        return issues.issues
    }

    @Test func `what can be sent is taken`() {
        #expect(Self.issues(Self.spec { _ in }).isEmpty)
        let spec = Self.spec { operation in
            operation["path"] = "/v1/.well-known/a..b/{{input.id}}..{{input.x}}?next=/../"
            operation["headers"] = ["X-Text": "a\tb", "Accept": "text/csv"]
        }
        #expect(Self.issues(spec).isEmpty)
    }

    @Test(arguments: [
        "Host", "content-length", "Transfer-Encoding", "CONNECTION", "TE", "Expect", "Upgrade",
    ])
    func `a header of the transfer itself is refused`(_ name: String) {
        let spec = Self.spec { $0["headers"] = .object([name: "x"]) }
        let issues = Self.issues(spec)
        #expect(issues.map(\.pointer) == ["/operations/pay/headers/\(name)"])
        #expect(issues.first?.code == .invalidValue)
        let keyed = Self.issues(Self.spec { $0["idempotencyHeader"] = .string(name) })
        #expect(keyed.map(\.pointer) == ["/operations/pay/idempotencyHeader"])
        let auth: JSONValue = [
            ["type": "header", "secretField": "key", "headerName": .string(name)]
        ]
        var whole = Self.spec { _ in }.object ?? [:]
        whole["auth"] = auth
        #expect(Self.issues(.object(whole)).map(\.pointer) == ["/auth/0/headerName"])
    }

    @Test(arguments: ["a\r\nX-More: b", "a\n", "{{input.x}}\u{0}", "\u{7F}"])
    func `a line end in a header's value is refused`(_ text: String) {
        let issues = Self.issues(Self.spec { $0["headers"] = ["X-Text": .string(text)] })
        #expect(issues.map(\.code) == [.invalidTemplate])
        #expect(issues.map(\.pointer) == ["/operations/pay/headers/X-Text"])
    }

    @Test(arguments: ["/../x", "/a/..", "/./a", "/%2E%2e/x", "/a/.%2e", "/{{input.id}}/../x"])
    func `a dot segment of a path is refused`(_ path: String) {
        let issues = Self.issues(Self.spec { $0["path"] = .string(path) })
        #expect(issues.map(\.code) == [.invalidTemplate], "\(issues)")
        #expect(issues.map(\.pointer) == ["/operations/pay/path"])
    }

    /// A member of an operation that refers to what no schema has, and where that is told.
    @Test(
        arguments: [
            ("path", "/x/{{config.nope}}", "/path"),
            ("query", ["q": "{{secret.nope}}"], "/query/q"),
            ("headers", ["X-A": "a {{config.nope}}"], "/headers/X-A"),
            ("body", ["a": [["b": "{{config.nope}}"]]], "/body/a/0/b"),
        ] as [(String, JSONValue, String)]
    )
    func `what the spec's schemas do not have is refused`(
        _ member: String,
        _ value: JSONValue,
        _ place: String
    ) {
        let issues = Self.issues(Self.spec { $0[member] = value })
        #expect(issues.map(\.code) == [.invalidTemplate], "\(issues)")
        #expect(issues.map(\.pointer) == ["/operations/pay" + place])
    }

    @Test func `a name that is nearly right is suggested`() {
        let issues = Self.issues(Self.spec { $0["query"] = ["q": "{{config.regoin}}"] })
        #expect(issues.first?.suggestion == "did you mean {{config.region}}?")
    }

    /// Schemas that leave their members open, or say nothing of them.
    @Test(
        arguments: [
            ["schema": ["type": "object"]], ["schema": ["properties": ["a": [:]]]],
            ["schema": ["properties": [:], "additionalProperties": true]],
            ["schema": ["properties": ["a": [:]], "allOf": [["properties": ["nope": [:]]]]]], [:],
        ] as [JSONValue]
    )
    func `an open schema takes every name`(_ schema: JSONValue) {
        var spec = Self.spec { $0["query"] = ["q": "{{config.nope}}"] }.object ?? [:]
        spec["configSchema"] = schema
        #expect(Self.issues(.object(spec)).isEmpty)
    }
}
