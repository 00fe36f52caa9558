import Audit
import JSON
import Model
import Platform
import Synchronization
import Testing

@testable import Execution

/// Calls that are signed for AWS, as the provider receives them.
@Suite struct AWSCallTests {
    private static let key = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
    private static let token = "session-token-0123456789=="
    private static let secret =
        #"{"accessKeyId": "AKIDEXAMPLE", "secretAccessKey": "\#(key)", "sessionToken": "\#(token)"}"#

    private func spec(
        _ world: ExecutionWorld,
        service: String = "s3",
        region: String = "eu-central-1",
        _ operation: JSONObject = [:]
    ) throws -> IntegrationSpec {
        try world.spec(operation) { spec in
            spec["secretSchema"] = [
                "schema": [
                    "type": "object",
                    "properties": [
                        "accessKeyId": ["type": "string"], "secretAccessKey": ["type": "string"],
                        "sessionToken": ["type": "string"],
                    ],
                ]
            ]
            spec["auth"] = [
                ["type": "aws-sigv4", "service": .string(service), "region": .string(region)]
            ]
        }
    }

    /// What AWS would compute for a request.
    private func wanted(
        _ request: ReceivedRequest,
        service: String = "s3",
        region: String = "eu-central-1",
        signed: [String]
    ) throws -> String {
        let path = request.target.prefix { $0 != "?" }
        let headers = signed.map { (name: $0, value: request.header($0) ?? "") }
        let signature = AWSSignature(
            accessKeyID: "AKIDEXAMPLE",
            secretAccessKey: SecretBytes(Array(Self.key.utf8)),
            region: region,
            service: service
        )
        return signature.authorization(
            of: .init(
                method: request.method,
                path: String(path),
                query: String(request.target[path.endIndex...].dropFirst()),
                headers: headers,
                body: request.body
            ),
            at: try #require(request.header("x-amz-date"))
        )
    }

    private func world(
        _ script: @escaping FakeProvider.Script = { _ in .answer(body: "{}") }
    ) async throws -> ExecutionWorld {
        let world = try await ExecutionWorld(script)
        try world.write(Self.secret, to: "secret.json")
        return world
    }

    private static let signed = [
        "content-type", "host", "x-amz-content-sha256", "x-amz-date", "x-amz-meta-a",
        "x-amz-security-token",
    ]

    @Test func `the request that goes out is signed, with its body and its own headers`()
        async throws
    {
        let world = try await world()
        let spec = try spec(
            world,
            [
                "method": "PUT", "path": "/b/{{+input.key}}", "encoding": "raw",
                "body": "{{input.text}}", "query": ["x-id": "{{input.id}}", "a": ""],
                "headers": ["X-Amz-Meta-A": "{{input.meta}}", "X-Other": "1"],
            ]
        )
        let input: JSONValue = [
            "key": "a/b c/é!$+%2F", "text": "hé", "id": ["2", "1"], "meta": " two  spaces ",
        ]
        _ = try await world.success(try world.call(spec, input: input))
        let request = try #require(world.provider.requests.first)
        #expect(request.target == "/b/a/b%20c/%C3%A9%21%24%2B%252F?x-id=2&x-id=1&a=")
        #expect(request.header("x-amz-security-token") == Self.token)
        #expect(request.header("x-amz-date") == "20240229T230000Z")
        #expect(
            request.header("x-amz-content-sha256") == AWSSignature.digest(of: Array("hé".utf8))
        )
        let text = try #require(request.header("authorization"))
        #expect(text == (try wanted(request, signed: Self.signed)))
    }

    @Test func `another service is not told the digest, and the config names the region`()
        async throws
    {
        let world = try await world()
        try world.write(
            #"{"accessKeyId": "AKIDEXAMPLE", "secretAccessKey": "\#(Self.key)", "sessionToken": ""}"#,
            to: "secret.json"
        )
        let spec = try spec(world, service: "ses", region: "{{config.region}}")
        _ = try await world.success(try world.call(spec, config: ["region": "us-gov-west-1"]))
        let request = try #require(world.provider.requests.first)
        #expect(request.header("x-amz-content-sha256") == nil)
        #expect(request.header("x-amz-security-token") == nil)
        let text = try wanted(
            request,
            service: "ses",
            region: "us-gov-west-1",
            signed: ["content-type", "host", "x-amz-date"]
        )
        #expect(request.header("authorization") == text)
    }

    /// What a provider moves a clock with, once.
    private final class Hands: Sendable {
        let clock = Mutex<ManualClock?>(nil)

        func takeClock() -> ManualClock? {
            clock.withLock { clock in
                defer { clock = nil }
                return clock
            }
        }
    }

    @Test func `each attempt is signed anew`() async throws {
        let hands = Hands()
        let world = try await world { _ in
            guard let manual = hands.takeClock() else { return .answer(body: "{}") }
            manual.advance(.seconds(5))
            return .answer("503 Slow")
        }
        hands.clock.withLock { $0 = world.manual }
        let spec = try spec(world, ["safe": true])
        #expect(try await world.success(try world.call(spec)).attempts == 2)
        let requests = world.provider.requests
        #expect(
            requests.map { $0.header("x-amz-date") } == ["20240229T230000Z", "20240229T230005Z"]
        )
        for request in requests {
            let signed = Self.signed.filter { $0 != "x-amz-meta-a" }
            #expect(request.header("authorization") == (try wanted(request, signed: signed)))
        }
    }

    @Test func `a redirect is signed for where it goes, and another origin gets nothing`()
        async throws
    {
        let other = try FakeProvider { _ in .answer() }
        defer { other.stop() }
        let away = other.url("/away")
        let world = try await world { request in
            switch request.target {
            case "/v1/pay": .redirect(307, to: "/second place?b=2&a=1")
            case "/v1/away": .redirect(307, to: away)
            default: .answer()
            }
        }
        let get: JSONObject = ["method": "GET", "body": .null, "encoding": .null]
        _ = try await world.success(try world.call(try spec(world, get)))
        let request = try #require(world.provider.requests.last)
        #expect(request.target == "/second%20place?b=2&a=1")
        let signed = ["host", "x-amz-content-sha256", "x-amz-date", "x-amz-security-token"]
        #expect(request.header("authorization") == (try wanted(request, signed: signed)))
        var leave = get
        leave["path"] = "/v1/away"
        _ = try await world.success(try world.call(try spec(world, leave)))
        let stranger = try #require(other.requests.first)
        #expect(stranger.header("authorization") == nil)
        #expect(stranger.header("x-amz-security-token") == nil)
    }

    @Test(arguments: [
        (#"{"secretAccessKey": "k"}"#, "it has no field accessKeyId"),
        (#"{"accessKeyId": "A"}"#, "it has no field secretAccessKey"),
        (#"{"accessKeyId": "", "secretAccessKey": "k"}"#, "it has no field accessKeyId"),
        (#"{"accessKeyId": "A b", "secretAccessKey": "k"}"#, "its field accessKeyId holds a space"),
        (
            #"{"accessKeyId": "A", "secretAccessKey": "k", "sessionToken": "é"}"#,
            "its field sessionToken holds a space or what is no ASCII"
        ),
    ])
    func `a secret that cannot sign says why`(_ secret: String, _ words: String) async throws {
        let world = try await world()
        try world.write(secret, to: "secret.json")
        let failure = try await world.failure(try world.call(try spec(world)))
        guard case .secretUnavailable(let detail) = failure.reason else { throw failure }
        #expect(detail.contains(words), "\(detail)")
        #expect(world.provider.requests.isEmpty)
    }

    @Test(
        arguments: [([:], "is needed for the region"), (["region": "EU"], "must be a region")]
            as [(JSONObject, String)]
    )
    func `a config without a region is told so`(_ config: JSONObject, _ words: String) async throws
    {
        let world = try await world()
        let spec = try spec(world, region: "{{config.region}}")
        let failure = try await world.failure(try world.call(spec, config: config))
        guard case .invalidConfig(let issues) = failure.reason else { throw failure }
        #expect(issues.map(\.pointer) == ["/config/region"])
        #expect(issues.first?.detail.contains(words) == true)
    }

    @Test func `a key with a dot segment is refused`() async throws {
        let world = try await world()
        let spec = try spec(world, ["path": "/b/{{+input.key}}"])
        for key in ["../x", "a/../x", "a/.", "%2e%2e/x"] {
            let call = try world.call(spec, input: ["key": .string(key)])
            if key.hasPrefix("%") {
                _ = try await world.success(call)
                continue
            }
            let failure = try await world.failure(call)
            guard case .invalidInput(let issues) = failure.reason else { throw failure }
            #expect(issues.first?.detail.contains("dot segment") == true)
        }
        #expect(world.provider.requests.map(\.target) == ["/b/%252e%252e/x"])
    }

    @Test func `what is written down shows neither signature nor token`() async throws {
        let world = try await world { request in
            // An answer that echoes what it was sent.
            .answer(
                body: "{\"a\": \"\(request.header("authorization") ?? "")\", "
                    + "\"t\": \"\(request.header("x-amz-security-token") ?? "")\"}"
            )
        }
        let result = try await world.success(try world.call(try spec(world)))
        let sent = try #require(world.provider.requests.first)
        let signature = try #require(sent.header("authorization")).suffix(64)
        let record = try await world.record(result.auditID).json
        let date = record["request"]?["headers"]?.serializedText ?? ""
        #expect(date.contains("20240229T230000Z"))
        for text in [record.serializedText, result.output.serializedText] {
            for hidden in [String(signature), Self.token, Self.key] {
                #expect(!text.contains(hidden))
            }
        }
    }

    @Test func `a preview shows what is signed, and no signature`() async throws {
        let world = try await world()
        let shown = try world.executor.preview(try world.call(try spec(world)))
        let text = shown["headers"]?.serializedText.lowercased() ?? ""
        for name in ["authorization", "x-amz-date", "x-amz-content-sha256", "security-token"] {
            #expect(text.contains(name))
        }
        #expect(text.contains("20240229t230000z"))
        #expect(!text.contains("signature="))
        #expect(!text.contains(Self.token))
        #expect(world.provider.requests.isEmpty)
    }
}
