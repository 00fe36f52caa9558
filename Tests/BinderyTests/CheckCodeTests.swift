import Model
import Testing

@testable import bindery

/// Each code of a validation report that files alone can earn is found by `check -f`, without a server.
@Suite struct CheckCodeTests {
    /// A set that is right but for one thing, and what is said of it.
    struct Case: Sendable, CustomTestStringConvertible {
        let code: Model.Issue.Code
        var severity: Model.Issue.Severity = .error
        /// The place: the line of the set, and the pointer into it.
        let place: String
        /// What is replaced in the set by what.
        let edits: [String: String]
        /// Further lines of the set.
        var more: [String] = []

        var testDescription: String { "\(code.rawValue) \(severity.rawValue)" }

        /// The lines of the set.
        var lines: [String] {
            let lines = CheckCodeTests.lines.map { line in
                edits.reduce(line) { $0.replacing($1.key, with: $1.value) }
            }
            return lines + more
        }
    }

    private static let connection = SampleObjects.all[2]
    private static let description = #""For the checkout."}]"#
    private static let binding =
        #"{"slotId": "payments.primary", "connectionId": "conn_a",   "#
        + #""scope": {"workflows": ["checkout"]}, "description": "For the checkout."}"#
    /// A spec, a blueprint, a connection and a config, one a line.
    static let lines = Array(SampleObjects.all.prefix(4))

    private static func other(_ environment: String = "sandbox") -> String {
        connection.replacing("conn_a", with: "conn_b")
            .replacing("\"sandbox\"", with: "\"\(environment)\"")
    }

    /// The same binding, of another connection, behind the first.
    private static func second(_ more: String = "", scope: String = #"["checkout"]"#) -> String {
        #""For the checkout."}, {"slotId": "payments.primary", "connectionId": "conn_b", "#
            + #""scope": {"workflows": \#(scope)}, \#(more)"description": "Too."}]"#
    }

    private static func branding(_ members: String) -> String {
        description + #", "branding": {\#(members)}"#
    }

    private static let domain = branding(#""customDomain": "pay.example.com""#)
    private static let production = #""environment": "production""#
    private static let sandbox = #""environment": "sandbox""#
    private static let required = #""required": true"#
    private static let first = "4#/object/integrations/0"

    static let errors: [Case] = [
        Case(
            code: .unknownSlotBinding,
            place: first + "/slotId",
            edits: [
                #""payments.primary", "connectionId""#: #""payments.primry", "connectionId""#
            ]
        ),
        Case(
            code: .missingRequiredSlot,
            place: "4#/object/integrations",
            edits: [binding: ""]
        ),
        Case(
            code: .duplicateSlot,
            place: "2#/object/integrationSlots/1/slotId",
            edits: [
                required + "}": required
                    + #"}, {"slotId": "payments.primary", "requiredCategory": "payments"}"#
            ]
        ),
        Case(
            code: .missingIntegrationConnection,
            place: first + "/connectionId",
            edits: [#""connectionId": "conn_a""#: #""connectionId": "conn_b""#]
        ),
        Case(
            code: .environmentMismatch,
            place: first + "/connectionId",
            edits: [sandbox + #"}, "owner"#: production + #"}, "owner"#]
        ),
        Case(
            code: .connectionNotReady,
            place: first + "/connectionId",
            edits: [#""status": "active""#: #""status": "draft""#]
        ),
        Case(
            code: .integrationSpecNotFound,
            place: first + "/connectionId",
            edits: [#""integrationVersion": 1"#: #""integrationVersion": 2"#]
        ),
        Case(
            code: .categoryMismatch,
            place: first + "/connectionId",
            edits: [#""requiredCategory": "payments""#: #""requiredCategory": "email""#]
        ),
        Case(
            code: .modeMismatch,
            place: first + "/connectionId",
            edits: [required: #""allowedModes": ["managed"], "# + required]
        ),
        Case(
            code: .unsupportedOwnershipMode,
            place: first + "/connectionId",
            edits: [#"["byok"]"#: #"["managed"]"#]
        ),
        Case(
            code: .capabilityNotProvided,
            place: first + "/connectionId",
            edits: [#"[{"key": "payments.charge"}]"#: #"[{"key": "payments.refund"}]"#]
        ),
        Case(
            code: .configSchemaViolation,
            place: first + "/config/accountId",
            edits: [#""config": {"accountId": "a"}"#: #""config": {}"#]
        ),
        Case(
            code: .secretInConfig,
            place: "3#/object/config/accountId",
            edits: [#""accountId": "a""#: #""accountId": "sk_live_0123456789abcdefghij""#]
        ),
        Case(
            code: .invalidDomain,
            place: "4#/object/branding/customDomain",
            edits: [description: branding(#""customDomain": "no domain""#)]
        ),
        Case(
            code: .duplicateDomain,
            place: "4#/object/branding/customDomain",
            edits: [description: domain],
            more: [
                SampleObjects.all[3].replacing("\"acme\"", with: "\"other\"")
                    .replacing(description, with: domain)
            ]
        ),
        Case(
            code: .insecureAssetURL,
            place: "4#/object/branding/assets/0/url",
            edits: [
                description: branding(
                    #""assets": [{"type": "logo", "url": "http://a.example/logo.png"}]"#
                )
            ]
        ),
        Case(
            code: .ambiguousBinding,
            place: "4#/object/integrations/1",
            edits: [description: second(), sandbox: production],
            more: [other("production")]
        ),
    ]

    static let warnings: [Case] = [
        Case(
            code: .ambiguousBinding,
            severity: .warning,
            place: "4#/object/integrations/1",
            edits: [description: second()],
            more: [other()]
        ),
        Case(
            code: .broadWildcard,
            severity: .warning,
            place: first + "/scope/workflows/0",
            edits: [#"["checkout"]"#: #"["*"]"#]
        ),
        Case(
            code: .unknownWorkflow,
            severity: .warning,
            place: first + "/scope/workflows/0",
            edits: [#"["checkout"]"#: #"["chekout"]"#]
        ),
        Case(
            code: .shadowedBinding,
            severity: .warning,
            place: "4#/object/integrations/1",
            edits: [description: second()],
            more: [other()]
        ),
        Case(
            code: .unscopedBinding,
            severity: .warning,
            place: "4#/object/integrations/1",
            edits: [
                description: second()
                    .replacing(#""scope": {"workflows": ["checkout"]}, "#, with: "")
            ],
            more: [other()]
        ),
        Case(
            code: .connectionStatusUnknown,
            severity: .warning,
            place: first + "/connectionId",
            edits: [#""healthCheck": {"operation": "stripe.balance"}, "#: ""]
        ),
        Case(
            code: .notTestedInSandbox,
            severity: .warning,
            place: "4#/object/integrations",
            edits: [sandbox: production]
        ),
        Case(
            code: .undocumentedBinding,
            severity: .warning,
            place: first,
            edits: [#", "description": "For the checkout.""#: ""]
        ),
        Case(
            code: .deprecatedSpec,
            severity: .warning,
            place: first + "/connectionId",
            edits: [
                #""supportedModes""#:
                    #""deprecated": {"use": "payments.stripe@2"}, "supportedModes""#
            ]
        ),
        Case(
            code: .deprecatedBlueprint,
            severity: .warning,
            place: "4#/object/meta/blueprintVersion",
            edits: [#""integrationSlots""#: #""deprecated": {}, "integrationSlots""#]
        ),
        Case(
            code: .emptyAllowedModes,
            severity: .warning,
            place: first + "/slotId",
            edits: [required: #""allowedModes": [], "# + required]
        ),
        Case(
            code: .unexpectedAssetType,
            severity: .warning,
            place: "4#/object/branding/assets/0/url",
            edits: [
                description: branding(
                    #""assets": [{"type": "logo", "url": "https://a.example/logo.mp4"}]"#
                )
            ]
        ),
    ]

    /// The codes of reports that files can't earn, and what they need.
    static let ofServers: [Model.Issue.Code: String] = [
        .healthCheckFailed: "a check that a server made",
        .healthCheckStale: "the time of a check that a server made",
        .secretUnavailable: "a server's secret stores",
    ]

    /// The codes that no report of a config has: those of documents that are read, of upgrades and of
    /// what providers answer.
    static let ofOthers: Set<Model.Issue.Code> = [
        .unknownField, .missingField, .wrongType, .invalidValue, .invalidIdentifier,
        .invalidPattern, .invalidVersion, .invalidSchema, .invalidTemplate, .unknownEnvironment,
        .unknownOperation, .limitExceeded, .pathMismatch, .duplicateCapability, .blueprintNotFound,
        .policyTestFailed, .orphanedBinding, .outputMismatch,
    ]

    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func check(
        _ lines: [String]
    ) async throws -> (status: CommandStatus, lines: [String]) {
        try folder.write("set.ndjson", lines.joined(separator: "\n"))
        let run = await Transcript.of(["check", "-f", folder.path])
        let path = folder.path + "/set.ndjson:"
        return (
            run.status,
            run.output.split(separator: "\n").map { String($0).replacing(path, with: "") }
        )
    }

    @Test(arguments: errors + warnings)
    func `the code, its place and what to do are named, and an error ends with 1`(
        _ one: Case
    ) async throws {
        for edit in one.edits.keys {
            #expect(Self.lines.contains { $0.contains(edit) }, "nothing to edit: \(edit)")
        }
        let run = try await check(one.lines)
        let severity = one.severity == .error ? "" : "warning "
        let start = "\(one.place) \(severity)\(one.code.rawValue) "
        let found = run.lines.first { $0.hasPrefix(start) }
        #expect(found?.hasSuffix(")") == true, "\(run.lines)")
        #expect(run.status == (one.severity == .error ? .failure : .success))
    }

    @Test func `without the one thing that is wrong nothing is said`() async throws {
        let run = try await check(Self.lines)
        #expect(run.lines.count == 1, "\(run.lines)")
        #expect(run.status == .success)
    }

    @Test func `every code has a case, or is known to need a server, or is of no report`() {
        let tried = Set((Self.errors + Self.warnings).map(\.code))
        let known = tried.union(Self.ofServers.keys).union(Self.ofOthers)
        let missing = Model.Issue.Code.allCases.filter { !known.contains($0) }
        #expect(missing.isEmpty, "no case in CheckCodeTests: \(missing.map(\.rawValue))")
        #expect(tried.isDisjoint(with: Self.ofServers.keys))
        #expect(tried.isDisjoint(with: Self.ofOthers))
    }

    @Test func `what needs a server is said of no set`() async throws {
        for one in Self.errors + Self.warnings {
            let run = try await check(one.lines)
            for (code, need) in Self.ofServers {
                let isSaid = run.lines.contains { $0.contains(code.rawValue) }
                #expect(!isSaid, "\(code.rawValue) needs \(need)")
            }
        }
    }
}
