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
        spec.checkRegistrable(issues)
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

    @Test(arguments: [("query", "/query/q"), ("headers", "/headers/q")])
    func `a field that the secret does not have is refused, and its neighbour suggested`(
        _ member: String,
        _ place: String
    ) {
        let issues = Self.issues(Self.spec { $0[member] = ["q": "a {{secret.kee}}"] })
        #expect(issues.map(\.code) == [.invalidTemplate], "\(issues)")
        #expect(issues.map(\.pointer) == ["/operations/pay" + place])
        #expect(issues.first?.suggestion == "did you mean {{secret.key}}?")
    }

    /// The spec with members of its own beside the operation `pay`.
    private static func whole(
        _ members: JSONObject,
        _ change: (inout JSONObject) -> Void = { _ in }
    ) -> JSONValue {
        var whole = spec(change).object ?? [:]
        for member in members { whole[member.key] = member.value }
        return .object(whole)
    }

    @Test(arguments: ["POST", "PUT", "PATCH", "DELETE"])
    func `a check that writes is refused, and one that is said to be safe is taken`(
        _ method: String
    ) {
        let probes: [(JSONObject, String)] = [
            (["healthCheck": ["operation": "pay"]], "/healthCheck/operation"),
            (
                ["byokSetup": ["validationOperation": "pay"]],
                "/byokSetup/validationOperation"
            ),
        ]
        for (members, place) in probes {
            for isSafe in [nil, false, true] as [Bool?] {
                let spec = Self.whole(members) { operation in
                    operation["method"] = .string(method)
                    operation["safe"] = isSafe.map { .bool($0) }
                }
                let issues = Self.issues(spec)
                #expect(issues.map(\.pointer) == (isSafe == true ? [] : [place]), "\(issues)")
                guard let issue = issues.first else { continue }
                #expect(issue.code == .invalidValue)
                #expect(issue.detail.contains("pay is a \(method) that is not safe"))
            }
        }
    }

    @Test(arguments: ["GET", "HEAD"])
    func `a check that reads is taken, but not when the spec says that it writes`(
        _ method: String
    ) {
        let members: JSONObject = [
            "healthCheck": ["operation": "pay"], "byokSetup": ["validationOperation": "pay"],
        ]
        func issues(_ isSafe: Bool?) -> [Model.Issue] {
            Self.issues(
                Self.whole(members) { operation in
                    operation["method"] = .string(method)
                    operation["body"] = JSONValue?.none
                    operation["safe"] = isSafe.map { .bool($0) }
                }
            )
        }
        #expect(issues(nil).isEmpty && issues(true).isEmpty)
        let places = ["/healthCheck/operation", "/byokSetup/validationOperation"]
        #expect(issues(false).map(\.pointer) == places)
    }

    @Test(arguments: [
        "Authorization", "COOKIE", "Content-Type", "accept", "User-Agent", "traceparent",
        "X-Region", "x-key", "X-Api-Version", "X-Own-Key", "X-Amz-Date", "x-common",
    ])
    func `a header that is somebody's already carries no idempotency key`(_ name: String) {
        let members: JSONObject = [
            "auth": [
                ["type": "header", "headerName": "X-Own-Key", "secretField": "key"],
                ["type": "aws-sigv4", "service": "s3", "region": "eu-central-1"],
            ],
            "secretSchema": [
                "schema": [
                    "type": "object",
                    "properties": [
                        "key": ["type": "string"], "accessKeyId": ["type": "string"],
                        "secretAccessKey": ["type": "string"],
                    ],
                ]
            ],
            "transport": [
                "type": "rest", "baseUrl": "https://api.example.com",
                "headers": ["X-Common": "a"],
            ], "versionPolicy": ["header": "X-API-Version", "pinned": "1"],
        ]
        let refused = Self.issues(
            Self.whole(members) { $0["idempotencyHeader"] = .string(name) }
        )
        #expect(refused.map(\.pointer) == ["/operations/pay/idempotencyHeader"], "\(refused)")
        #expect(refused.first?.code == .invalidValue)
        #expect(refused.first?.detail.contains("\(name) is set by ") == true)
        let taken = Self.issues(
            Self.whole(members) { $0["idempotencyHeader"] = .string("\(name)-Once") }
        )
        #expect(taken.isEmpty, "\(taken)")
    }

    @Test(arguments: [
        "javascript:alert(1)", "ftp://docs.example.com", "docs.example.com", "https://",
        "https:///x", "https://?x", "https://:443/", "https://a@docs.example.com/",
        "https:docs.example.com", "https://docs.example.com/a b", "https://docs.example.com/é",
        "httpx://docs.example.com", "",
    ])
    func `an address of documentation is a browser's, of the spec and of each operation`(
        _ text: String
    ) {
        let own = Self.issues(Self.whole(["docsUrl": .string(text)]))
        #expect(own.map(\.pointer) == ["/docsUrl"], "\(own)")
        let operations = Self.issues(Self.spec { $0["docsUrl"] = .string(text) })
        #expect(operations.map(\.pointer) == ["/operations/pay/docsUrl"], "\(operations)")
        #expect(operations.first?.detail.contains("http:// or https:// URL") == true)
        #expect(Self.issues(Self.spec { $0["docsUrl"] = 1 }).count == 1)
    }

    @Test func `an address of documentation has at most 2048 bytes`() {
        let long = JSONValue.string("https://a/" + String(repeating: "b", count: 2039))
        let issues = Self.issues(Self.spec { $0["docsUrl"] = long })
        #expect(issues.map(\.pointer) == ["/operations/pay/docsUrl"], "\(issues)")
    }

    @Test(arguments: [
        "https://docs.example.com", "HTTP://docs.example.com:8080/a/b?c=d#e/f", "http://[::1]/",
        "https://docs.example.com/%C3%A9#a:b@c", "https://a/" + String(repeating: "b", count: 2038),
    ])
    func `an address that a browser opens is taken`(_ text: String) {
        #expect(Self.issues(Self.whole(["docsUrl": .string(text)])).isEmpty)
        #expect(Self.issues(Self.spec { $0["docsUrl"] = .string(text) }).isEmpty)
    }

    /// What is missing drops its header: the config's schema may leave it out.
    @Test func `a member that the config does not have is taken`() {
        let spec = Self.spec { $0["headers"] = ["X-A": "{{config.nope}}"] }
        #expect(Self.issues(spec).isEmpty)
    }
}
