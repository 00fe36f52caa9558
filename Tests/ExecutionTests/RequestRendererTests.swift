import JSON
import Model
import Outbound
import Platform
import Secrets
import Testing

@testable import Execution

@Suite struct RequestRendererTests {
    private static let trace = TraceContext(
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        state: "rojo=1"
    )
    private let extras = RequestRenderer.Extras(
        effect: .call,
        trace: trace ?? .begin(),
        idempotencyKey: "idem-1",
        userAgent: "bindery/1",
        responseByteCountMax: 100
    )

    private func secret(_ text: String = #"{"apiKey": "k3y"}"#) throws -> Secret {
        let reference = try #require(SecretReference("env://BINDERY_SECRET_X"))
        return try Secret(SecretBytes(Array(text.utf8)), of: reference, declaredFields: ["apiKey"])
    }

    private func render(
        _ operation: JSONObject = [:],
        input: JSONValue = [:],
        config: JSONObject = [:],
        secret text: String = #"{"apiKey": "k3y"}"#,
        baseURL: String = "https://api.example.com",
        _ change: (inout JSONObject) -> Void = { _ in }
    ) throws -> RenderedRequest {
        let spec = try SampleSpec.spec(baseURL: baseURL, operation: operation, change)
        let scope = TemplateScope(input: input, config: config, secret: try secret(text))
        return try RequestRenderer(spec, try SampleSpec.pay(spec), scope).render(extras)
    }

    private func body(_ rendered: RenderedRequest) -> String {
        String(decoding: rendered.request.body ?? [], as: UTF8.self)
    }

    private func header(_ name: String, _ rendered: RenderedRequest) -> String? {
        rendered.request.headers.first { $0.isNamed(name) }?.value
    }

    private func failure(_ work: () throws -> RenderedRequest) throws -> RenderFailure {
        try #require(throws: RenderFailure.self) { _ = try work() }
    }

    @Test func `a whole reference keeps its type and one inside a text is text`() throws {
        let template: JSONValue = [
            "n": "{{input.n}}", "o": "{{input.o}}",
            "t": "n={{input.n}} b={{input.b}} o={{input.o}}",
            "c": [1, "{{config.region}}"], "k": "plain",
        ]
        let input: JSONValue = ["n": 5, "b": true, "o": ["x": 1]]
        let rendered = try render(["body": template], input: input, config: ["region": "eu"])
        let expected = #"{"n":5,"o":{"x":1},"t":"n=5 b=true o={\"x\":1}","c":[1,"eu"],"k":"plain"}"#
        #expect(body(rendered) == expected)
        #expect(header("content-type", rendered) == "application/json")
    }

    @Test func `what is missing drops its member, header and parameter`() throws {
        let operation: JSONObject = [
            "body": ["a": "{{input.a}}", "b": "x{{input.a}}", "c": ["d": ["{{input.a}}"]], "e": 1],
            "headers": ["X-A": "{{input.a}}", "X-B": "b"],
            "query": ["a": "{{input.a}}", "b": "b {{input.a}}", "c": "{{config.c}}", "d": 1],
        ]
        let rendered = try render(operation, config: ["c": "ä&"])
        #expect(body(rendered) == #"{"c":{"d":[]},"e":1}"#)
        #expect(header("x-a", rendered) == nil)
        #expect(header("x-b", rendered) == "b")
        #expect(rendered.request.url == "https://api.example.com/v1/pay?c=%C3%A4%26&d=1")
    }

    @Test func `null stands in JSON and nowhere else`() throws {
        let operation: JSONObject = ["body": ["a": "{{input.a}}"], "query": ["a": "{{input.a}}"]]
        let rendered = try render(operation, input: ["a": nil])
        #expect(body(rendered) == #"{"a":null}"#)
        #expect(rendered.request.url == "https://api.example.com/v1/pay")
        let form = try render(["encoding": "form"], input: ["amount": nil])
        #expect(body(form) == "")
    }

    @Test func `a form names nested members and items`() throws {
        let operation: JSONObject = ["encoding": "form", "body": ["a": "{{input.a}}", "m": 1]]
        let input: JSONValue = ["a": ["b c": "x&y=z", "l": [1, true, ["k": "ü*"]]]]
        let rendered = try render(operation, input: input)
        let expected =
            "a%5Bb+c%5D=x%26y%3Dz&a%5Bl%5D%5B0%5D=1&a%5Bl%5D%5B1%5D=true"
            + "&a%5Bl%5D%5B2%5D%5Bk%5D=%C3%BC*&m=1"
        #expect(body(rendered) == expected)
        #expect(header("content-type", rendered) == "application/x-www-form-urlencoded")
    }

    @Test func `a list in the query is repeated`() throws {
        let rendered = try render(
            ["query": ["id": "{{input.ids}}"]],
            input: ["ids": ["a", 2, nil]]
        )
        #expect(rendered.request.url.hasSuffix("/v1/pay?id=a&id=2"))
    }

    @Test(arguments: [
        ("a b", "a%20b"), ("../x", "..%2Fx"), ("a/b?c#d", "a%2Fb%3Fc%23d"), ("%2e", "%252e"),
        ("5", "5"),
    ])
    func `a reference stays within its segment of the path`(_ value: String, _ path: String) throws
    {
        let rendered = try render(["path": "/v1/{{input.id}}/x"], input: ["id": .string(value)])
        #expect(rendered.request.url == "https://api.example.com/v1/\(path)/x")
    }

    @Test(arguments: ["", ".", ".."])
    func `a segment that would lead elsewhere is the input's fault`(_ value: String) throws {
        let failure = try failure {
            try render(["path": "/v1/{{input.id}}/x"], input: ["id": .string(value)])
        }
        guard case .input(let issues) = failure else { throw failure }
        #expect(issues.map(\.pointer) == ["/input/id"])
    }

    @Test func `what is missing in the path is named`() throws {
        let input = try failure { try render(["path": "/v1/{{input.a.id}}"]) }
        guard case .input(let issues) = input else { throw input }
        #expect(issues.map(\.pointer) == ["/input/a/id"])
        #expect(issues.map(\.code) == [.missingField])
        let config = try failure { try render(["path": "/v1/{{config.id}}"]) }
        guard case .config(let issues) = config else { throw config }
        #expect(issues.map(\.pointer) == ["/config/id"])
    }

    @Test(arguments: ["a\r\nX-Evil: 1", "a\nb", "a\u{0}", "a\u{7F}"])
    func `a line break in a header is refused by its source`(_ value: String) throws {
        let operation: JSONObject = ["headers": ["X-A": "v {{input.a}}", "X-C": "{{config.c}}"]]
        let input = try failure { try render(operation, input: ["a": .string(value)]) }
        guard case .input(let issues) = input else { throw input }
        #expect(issues.map(\.pointer) == ["/input/a"])
        let config = try failure { try render(operation, config: ["c": .string(value)]) }
        guard case .config = config else { throw config }
        let text = JSONValue.object(["apiKey": .string(value)]).serializedText
        let secret = try failure { try render(secret: text) }
        guard case .secret(let detail) = secret else { throw secret }
        #expect(!detail.contains(value))
    }

    @Test func `headers override by name, ours last`() throws {
        let operation: JSONObject = [
            "headers": [
                "accept": "text/plain", "X-V": "2", "AUTHORIZATION": "mine", "traceparent": "mine",
                "tracestate": "mine", "Content-Type": "application/vnd.api+json",
            ],
            "idempotencyHeader": "Idempotency-Key",
        ]
        let rendered = try render(operation, input: ["amount": 1]) { spec in
            spec["transport"] = [
                "baseUrl": "https://h/", "headers": ["x-v": "1", "User-Agent": "{{config.agent}}"],
            ]
        }
        let expected = [
            "accept": "text/plain", "user-agent": "bindery/1", "x-v": "2",
            "content-type": "application/vnd.api+json", "authorization": "Bearer k3y",
            "idempotency-key": "idem-1", "tracestate": "rojo=1",
            "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        ]
        for (name, value) in expected { #expect(header(name, rendered) == value, "\(name)") }
        #expect(rendered.request.headers.count == expected.count)
        #expect(rendered.request.url == "https://h/v1/pay")
    }

    @Test func `each way to authenticate`() throws {
        func auth(_ method: JSONValue, _ secret: String) throws -> RenderedRequest {
            try render(secret: secret) { spec in
                spec["auth"] = [method]
                spec["secretSchema"] = nil
            }
        }
        let basic: JSONValue = ["type": "basic", "usernameField": "u", "passwordField": "p"]
        let both = try auth(basic, #"{"u": "me", "p": "pw:1"}"#)
        #expect(header("authorization", both) == "Basic bWU6cHc6MQ==")
        let user = try auth(["type": "basic", "usernameField": "u"], #"{"u": "me"}"#)
        #expect(header("authorization", user) == "Basic bWU6")
        let named: JSONValue = [
            "type": "header", "headerName": "X-Key", "valuePrefix": "Key ", "secretField": "k",
        ]
        #expect(header("x-key", try auth(named, #"{"k": "v"}"#)) == "Key v")
        let key: JSONValue = ["type": "api-key", "secretField": "k"]
        #expect(header("x-api-key", try auth(key, #"{"k": "v"}"#)) == "v")
        let query: JSONValue = ["type": "api-key", "secretField": "k", "queryParam": "api_key"]
        let rendered = try auth(query, #"{"k": "v/1"}"#)
        #expect(rendered.request.url == "https://api.example.com/v1/pay?api_key=v%2F1")
        #expect(rendered.secretNames == ["api_key"])
        let declared = try auth(
            ["type": "webhook-signing", "scheme": "github", "secretField": "k"],
            #"{"k": "v"}"#
        )
        #expect(header("authorization", declared) == nil)
    }

    @Test func `a secret without the field is not used`() throws {
        let missing = try failure { try render(secret: #"{"other": "x"}"#) }
        #expect(missing == .secret(detail: "it has no field apiKey"))
        let colon = try failure {
            try render(secret: #"{"u": "a:b"}"#) { spec in
                spec["auth"] = [["type": "basic", "usernameField": "u"]]
                spec["secretSchema"] = nil
            }
        }
        #expect(colon == .secret(detail: "its field u holds a colon"))
    }

    @Test func `a secret may stand in headers and queries by a template`() throws {
        let operation: JSONObject = [
            "headers": ["X-Key": "k={{secret.apiKey}}", "X-In": "{{secret.account.id}}"],
            "query": ["sig": "{{secret.apiKey}}"],
        ]
        let rendered = try render(operation, secret: #"{"apiKey": "k3y", "account": {"id": "i1"}}"#)
        let headers = rendered.request.headers.filter(\.isSensitive).map(\.name)
        #expect(headers == ["X-Key", "X-In", "Authorization"])
        #expect(rendered.secretNames == ["sig"])
        #expect(Set(rendered.credentials) == ["k3y", "i1"])
    }

    @Test(arguments: [
        ("{{config.url}}", "https://eu.example.com/v2/", "https://eu.example.com/v2/v1/pay"),
        ("https://{{config.url}}.example.com", "eu-1", "https://eu-1.example.com/v1/pay"),
        ("https://{{config.url}}/x", "example.com:8443", "https://example.com:8443/x/v1/pay"),
        ("https://example.com/{{config.url}}", "a/../b", "https://example.com/a%2F..%2Fb/v1/pay"),
    ])
    func `the config may name the address`(_ base: String, _ value: String, _ url: String) throws {
        let rendered = try render(config: ["url": .string(value)], baseURL: base)
        #expect(rendered.request.url == url)
    }

    @Test(arguments: [
        ("{{config.url}}", "ftp://example.com"), ("{{config.url}}", "example.com"),
        ("{{config.url}}", "https://"), ("{{config.url}}", "https://u:p@example.com"),
        ("{{config.url}}", "https://example.com?x"), ("{{config.url}}", "https://example.com#x"),
        ("{{config.url}}", "https://example.com/a b"), ("{{config.url}}", "file:///etc/passwd"),
        ("{{config.url}}", "https://example.com\\@evil.com"), ("{{config.url}}", ""),
        ("https://{{config.url}}.example.com", "evil.com/"),
        ("https://{{config.url}}.example.com", "evil.com#"),
        ("https://{{config.url}}.example.com", "u@evil.com"),
        ("https://{{config.url}}.example.com", ""),
        ("{{config.url}}://example.com", "https://evil.com/"),
    ])
    func `an address that leads elsewhere is the config's fault`(
        _ base: String,
        _ value: String
    ) throws {
        let failure = try failure { try render(config: ["url": .string(value)], baseURL: base) }
        guard case .config(let issues) = failure else { throw failure }
        #expect(issues.map(\.pointer) == ["/config/url"])
    }

    @Test func `a call that uses no secret needs none`() throws {
        let spec = try SampleSpec.spec { $0["auth"] = nil }
        #expect(!RequestRenderer.needsSecret(spec, try SampleSpec.pay(spec)))
        let header = try SampleSpec.spec(operation: ["headers": ["A": "{{secret.apiKey}}"]]) {
            $0["auth"] = nil
        }
        #expect(RequestRenderer.needsSecret(header, try SampleSpec.pay(header)))
        let bearer = try SampleSpec.spec()
        #expect(RequestRenderer.needsSecret(bearer, try SampleSpec.pay(bearer)))
    }
}
