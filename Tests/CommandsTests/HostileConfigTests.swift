import JSON
import Ledger
import Model
import Testing

@testable import Commands

/// Configs as they should not be handled: at once, of other tenants, and very long.
@Suite struct HostileConfigTests {
    @Test func `of publishes and rollbacks at once one version is live at each moment`()
        async throws
    {
        let bench = try await CommandBench()
        try await bench.putWorld()
        _ = try await bench.publishedVersion(Sample.configBody(notes: "first"))
        var drafts: [Int] = []
        for index in 1...8 {
            let number = try await bench.draft(Sample.configBody(notes: "number \(index)"))
            try await bench.preview(number)
            drafts.append(number)
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in drafts {
                group.addTask { try await bench.publish(number) }
                group.addTask {
                    let body: JSONValue = ["toVersion": 1, "reason": "back"]
                    let back = RollbackConfig(target: try bench.line(), body: body)
                    _ = try await back.run(try bench.context())
                }
            }
            try await group.waitForAll()
        }
        for bench in [bench, try await bench.restarted()] {
            let line = try bench.line().read(bench.state)
            #expect(line.versions.count == 17)
            #expect(line.versions.values.count { $0.value.status == .published } == 1)
            // Replaying the history: who goes live finds the one before gone.
            var live: Int?
            for step in line.history where step.to == .published || step.from == .published {
                if step.to == .published {
                    #expect(live == nil)
                    live = step.version
                } else {
                    #expect(live == step.version)
                    live = nil
                }
            }
            #expect(live == line.published?.value.number)
        }
    }

    @Test func `a promotion to another tenant's connection is one to none`() async throws {
        let bench = try await CommandBench()
        try await bench.putWorld()
        let other: TenantID = Sample.name("other-corp")
        let foreign = Sample.connectionBody("conn_foreign")
        _ = try await CreateConnection(scope: try bench.scope(other), body: foreign)
            .run(try bench.context())
        let body = Sample.configBody("conn_test", environment: "sandbox")
        try await bench.preview(try await bench.draft(body, in: "sandbox"), in: "sandbox")
        var found: [[Model.Issue]] = []
        for id in ["conn_foreign", "conn_nowhere"] {
            let body: JSONValue = [
                "to": "production", "connections": ["conn_test": .string(id)],
            ]
            let promoted = try await PromoteConfig(source: try bench.line("sandbox"), body: body)
                .run(try bench.context())
            let errors = promoted.json["report"]?["errors"]?.array ?? []
            #expect(errors.contains { $0["code"] == "MISSING_INTEGRATION_CONNECTION" })
            let number = Int(try #require(promoted.json["meta"]?["version"]?.integer))
            let error = try await refusal { try await bench.publish(number) }
            #expect(error?.code == "VALIDATION_FAILED")
            let missing = (error?.issues ?? [])
                .filter { $0.code == .missingIntegrationConnection }
            #expect(missing.map(\.pointer) == ["/integrations/0/connectionId"])
            #expect(missing.allSatisfy { $0.detail.contains(id) })
            found.append(error?.issues ?? [])
        }
        // What is another's is told as what is not there.
        let words = found.map { issues in
            issues.map { "\($0.code) \($0.pointer) \($0.severity)" }
        }
        #expect(words[0] == words[1])
        #expect(try bench.line().read(bench.state).published == nil)
    }

    /// A config of so many bindings, each of a workflow of its own.
    private func body(_ count: Int) -> JSONValue {
        let bindings = (0..<count)
            .map { index -> JSONValue in
                [
                    "slotId": "payments.primary", "connectionId": "conn_test",
                    "scope": ["workflows": [.string("flow-\(index)")]],
                    "description": "one of many",
                ]
            }
        let meta = Sample.configBody(environment: "sandbox")["meta"] ?? [:]
        return ["meta": meta, "integrations": .array(bindings)]
    }

    @Test func `ten thousand bindings go live and resolve, and one more is refused`() async throws {
        let bench = try await CommandBench()
        try await bench.putWorld()
        let most = TenantAppConfig.bindingCountMax
        #expect(most == 10_000)
        let number = try await bench.draft(body(most), in: "sandbox")
        let answer = try await bench.publish(number, in: "sandbox")
        #expect(answer.json["report"]?["valid"] == true)
        let ask: JSONValue = ["capability": "payments.charge", "workflow": "flow-9999"]
        let explain = ExplainBinding(
            target: try bench.line("sandbox"),
            body: ask,
            workflowHeader: nil
        )
        let found = try explain.run(try bench.context()).json
        #expect(found["winner"]?["connectionId"] == "conn_test")
        let error = try await refusal {
            let target = try bench.line("sandbox")
            return try await CreateConfigVersion(target: target, body: body(most + 1))
                .run(try bench.context())
        }
        #expect(error?.code == "LIMIT_EXCEEDED")
        #expect(error?.issues.map(\.pointer) == ["/integrations"])
        #expect(error?.detail.contains("10000") == true, "\(error?.detail ?? "")")
        #expect(try bench.line("sandbox").read(bench.state).versions.count == 1)
    }
}
