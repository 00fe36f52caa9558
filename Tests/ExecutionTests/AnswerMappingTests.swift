import Audit
import JSON
import Model
import Testing

@testable import Execution

@Suite struct AnswerMappingTests {
    private func world(_ body: String, headers: [String] = []) async throws -> ExecutionWorld {
        try await ExecutionWorld { _ in .answer("200 OK", headers, body: body) }
    }

    @Test func `an answer is mapped, what is missing is left out`() async throws {
        let world = try await world(
            #"{"data": {"id": "m1", "list": [{"n": 1}]}, "junk": true}"#,
            headers: ["X-Message-Id: h1"]
        )
        let spec = try world.spec([
            "response": [
                "output": [
                    "id": "{{response.body.data.id}}", "n": "{{response.body.data.list.0.n}}",
                    "header": "{{response.headers.x-message-id}}", "status": "{{response.status}}",
                    "asked": "{{input.amount}}", "gone": "{{response.body.nothing}}",
                ]
            ]
        ])
        let result = try await world.success(try world.call(spec))
        let expected: JSONValue = [
            "id": "m1", "n": 1, "header": "h1", "status": 200, "asked": 5000,
        ]
        #expect(result.output == expected)
    }

    @Test func `a mapped answer holds no credential of the call`() async throws {
        let world = try await world(#"{"echo": "Bearer \#(SampleSpec.secretText)"}"#)
        let spec = try world.spec(["response": ["output": ["e": "{{response.body.echo}}"]]])
        let result = try await world.success(try world.call(spec))
        #expect(!result.output.serializedText.contains(SampleSpec.secretText))
    }

    @Test func `an answer of 200 that says it failed is an error with code and words`() async throws
    {
        let world = try await world(#"{"ok": false, "error": "no_channel", "text": "No such."}"#)
        let spec = try world.spec([
            "errors": [
                "when": ["pointer": "/ok", "equals": false], "codePointer": "/error",
                "messagePointer": "/text",
            ]
        ])
        let failure = try await world.failure(try world.call(spec))
        #expect(failure.reason.code == "PROVIDER_ERROR")
        #expect(failure.members["provider"]?["code"] == "no_channel")
        #expect(failure.members["provider"]?["message"] == "No such.")
        #expect(failure.reason.detail == "The provider answered 200 no_channel: No such.")
        let record = try await world.record(failure.auditID)
        #expect(record.json["outcome"] == "failure")
    }

    @Test func `an output that is not what the spec says is told, and stands`() async throws {
        let world = try await world(#"{"id": 5}"#)
        let schema: JSONValue = [
            "type": "object", "properties": ["id": ["type": "string"]], "required": ["id", "at"],
        ]
        let spec = try world.spec(["outputSchema": schema])
        let result = try await world.success(try world.call(spec))
        #expect(result.output == ["id": 5])
        let warnings = try #require(result.json["warnings"]?.array)
        #expect(warnings.allSatisfy { $0["code"] == "OUTPUT_MISMATCH" })
        #expect(warnings.contains { $0["pointer"] == "/output/id" })
    }

    @Test func `the provider's words hold no secret`() async throws {
        let world = try await ExecutionWorld { _ in
            .answer("402 No", [], body: #"{"m": "key \#(SampleSpec.secretText) is bad"}"#)
        }
        let spec = try world.spec(["errors": ["messagePointer": "/m"]])
        let failure = try await world.failure(try world.call(spec))
        #expect(failure.reason.detail.hasPrefix("The provider answered 402: key "))
        #expect(!failure.reason.detail.contains(SampleSpec.secretText))
    }

    @Test(
        arguments: [
            ["response": ["output": "{{secret.apiKey}}"]], ["response": [:]],
            ["body": ["a": "{{response.body.a}}"]], ["errors": ["when": ["pointer": "/ok"]]],
            ["errors": ["when": ["pointer": "ok", "equals": true]]],
            ["errors": ["when": ["pointer": "/ok", "equals": 1, "notEquals": 2]]],
        ] as [JSONObject]
    )
    func `a mapping that cannot work is refused at registration`(
        _ operation: JSONObject
    ) throws {
        #expect(throws: InvalidDocument.self) { _ = try SampleSpec.spec(operation: operation) }
    }

    @Test func `a spec pins the provider's version, and the config may name another`() async throws
    {
        let world = try await world("{}")
        let spec = try world.spec { spec in
            spec["versionPolicy"] = [
                "header": "Stripe-Version", "pinned": "2024-06-20",
                "supported": ["2023-10-16"], "configField": "apiVersion", "note": "free",
            ]
        }
        _ = try await world.success(try world.call(spec))
        _ = try await world.success(try world.call(spec, config: ["apiVersion": "2023-10-16"]))
        let failure = try await world.failure(
            try world.call(spec, config: ["apiVersion": "2011-01-01"])
        )
        #expect(failure.reason.code == "CONFIG_SCHEMA_VIOLATION")
        #expect(failure.reason.issues.first?.pointer == "/config/apiVersion")
        let sent = world.provider.requests.map { $0.header("stripe-version") }
        #expect(sent == ["2024-06-20", "2023-10-16"])
    }

    @Test func `what would be sent is shown without secrets, and nothing is sent`() async throws {
        let world = try await world("{}")
        let spec = try world.spec([
            "query": ["k": "{{secret.apiKey}}", "n": "{{input.amount}}"],
            "headers": ["X-Deep": "{{secret.inner.part}}"],
        ]) { spec in spec["secretSchema"] = nil }
        let shown = try world.executor.preview(try world.call(spec))
        #expect(shown["method"] == "POST")
        #expect(shown["url"]?.string?.contains("n=5000") == true)
        #expect(shown["headers"]?["Authorization"]?.string?.contains("redacted") == true)
        #expect(shown["headers"]?["X-Deep"]?.string?.contains("redacted") == true)
        #expect(shown["body"] == ["amount": 5000])
        #expect(world.provider.requests.isEmpty)
        #expect(!shown.serializedText.contains(SampleSpec.secretText))
        let unread = try SampleSpec.connection(secretRef: "file://is-not-there")
        _ = try world.executor.preview(try world.call(spec, connection: unread))
    }

    @Test(arguments: [
        (#"{"code": 0, "data": []}"#, false), (#"{"code": 100, "message": "no"}"#, true),
        (#"{"code": null}"#, true), (#"{"data": []}"#, false), ("[]", false),
    ])
    func `an answer is an error when it is another than the good one`(
        _ body: String,
        _ isError: Bool
    ) async throws {
        let world = try await ExecutionWorld { _ in .answer(body: body) }
        let spec = try world.spec([
            "errors": ["codePointer": "/code", "when": ["pointer": "/code", "notEquals": 0]]
        ])
        let result = await world.executor.execute(try world.call(spec))
        switch result {
        case .success: #expect(!isError)
        case .failure(let failure):
            guard case .providerError = failure.reason else { throw failure }
            #expect(isError)
        }
    }
}
