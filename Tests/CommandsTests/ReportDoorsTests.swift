import JSON
import Ledger
import Model
import Testing

@testable import Commands

/// One report at every door: what `validate` says of a version is what keeps it from a preview, a
/// publish and a rollback, for real and dry.
@Suite struct ReportDoorsTests {
    /// A config of a production line that has much wrong with it.
    private static let broken: JSONValue = [
        "meta": [
            "blueprintName": "invoice-app", "blueprintVersion": 1, "environment": "production",
        ],
        "integrations": [
            ["slotId": "payments.primry", "connectionId": "conn_prod", "description": "misspelt"],
            ["slotId": "payments.primary", "connectionId": "conn_prdo"],
            [
                "slotId": "payments.primary", "connectionId": "conn_test",
                "description": "sandbox's",
            ],
            ["slotId": "payments.primary", "connectionId": "conn_idle", "description": "no draft"],
            [
                "slotId": "payments.primary", "connectionId": "conn_idle",
                "scope": ["workflows": ["*", "chekout"]], "description": "twice",
            ],
        ],
        "branding": [
            "customDomain": "no domain",
            "assets": [["type": "logo", "url": "http://assets.example/logo.png"]],
        ],
    ]

    /// What it has wrong: the code and the place of each error.
    private static let errors: Set<String> = [
        "UNKNOWN_SLOT_BINDING /integrations/0/slotId",
        "MISSING_INTEGRATION_CONNECTION /integrations/1/connectionId",
        "ENVIRONMENT_MISMATCH /integrations/2/connectionId",
        "CONNECTION_NOT_READY /integrations/3/connectionId",
        "CONNECTION_NOT_READY /integrations/4/connectionId",
        "INVALID_DOMAIN /branding/customDomain", "INSECURE_ASSET_URL /branding/assets/0/url",
    ]

    private func bench() async throws -> CommandBench {
        let bench = try await CommandBench()
        try await bench.putWorld()
        var idle = Sample.connectionBody("conn_idle").object ?? [:]
        idle["status"] = "draft"
        _ = try await CreateConnection(scope: try bench.scope(), body: .object(idle))
            .run(try bench.context())
        return bench
    }

    private func report(_ bench: CommandBench, _ number: Int) throws -> JSONValue {
        try ValidateConfig(target: try bench.line(), number: number).run(try bench.context()).json
    }

    @Test func `what validate says is what previews and publishes are refused for`() async throws {
        let bench = try await bench()
        let number = try await bench.draft(Self.broken)
        let report = try report(bench, number)
        let told = (report["errors"]?.array ?? [])
            .map { "\($0["code"]?.string ?? "") \($0["pointer"]?.string ?? "")" }
        #expect(Self.errors.isSubset(of: told), "\(told)")
        for isDryRun in [true, false] {
            let context = try bench.context(isDryRun: isDryRun)
            let line = try bench.line()
            let preview = try await refusal {
                try await PreviewConfig(target: line, number: number, body: nil).run(context)
            }
            let publish = try await refusal {
                try await PublishConfig(target: line, number: number, body: nil).run(context)
            }
            for error in [preview, publish] {
                #expect(error?.code == "VALIDATION_FAILED")
                #expect(error?.members["report"] == report)
                let issues = error?.issues.map { "\($0.code.rawValue) \($0.pointer)" }
                #expect(issues == told)
            }
        }
        #expect(try bench.line().read(bench.state).versions[number]?.value.status == .draft)
    }

    @Test func `each issue names its place, its rule, what was found and what to do`() async throws
    {
        let bench = try await bench()
        let report = try report(bench, try await bench.draft(Self.broken))
        #expect(report["valid"] == false)
        for severity in ["error", "warning"] {
            let issues = try #require(report[severity + "s"]?.array)
            #expect(!issues.isEmpty)
            for issue in issues {
                #expect(issue.object?.count == 5, "\(issue)")
                #expect(issue["severity"] == .string(severity))
                for member in ["code", "pointer", "detail", "suggestion"] {
                    #expect(issue[member]?.string?.isEmpty == false, "\(issue)")
                }
                let pointer = try #require(issue["pointer"]?.string.flatMap { JSONPointer($0) })
                // What is missing stands nowhere; its list does.
                #expect(Self.broken.at(pointer) != nil, "\(issue)")
            }
        }
    }

    @Test func `a set is refused with the same issues`() async throws {
        let bench = try await bench()
        let report = try report(bench, try await bench.draft(Self.broken))
        var wished = Self.broken.object ?? [:]
        wished["meta"] = wished["meta"]?.merging(patch: ["status": "preview"])
        let set: JSONValue = [
            "objects": [
                [
                    "kind": "TenantAppConfig", "tenantId": "acme-corp",
                    "object": .object(wished),
                ]
            ]
        ]
        let apply = ApplySet(body: set, form: .document, pruning: .nothing, showsValues: false)
        let error = try await refusal { try await apply.run(try bench.context()) }
        #expect(error?.code == "VALIDATION_FAILED")
        let told = (report["errors"]?.array ?? [])
            .map { "\($0["code"]?.string ?? "") /objects/0/object\($0["pointer"]?.string ?? "")" }
        #expect(error?.issues.map { "\($0.code.rawValue) \($0.pointer)" } == told)
    }
}
