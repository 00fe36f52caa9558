import Testing

@testable import bindery

@Suite struct CheckCommandTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func check(
        _ more: String...
    ) async -> (status: CommandStatus, output: String, error: String) {
        await Transcript.of(["check", "-f", folder.path] + more)
    }

    /// The findings, without the folder's path.
    private func findings() async -> [String] {
        let run = await check()
        let lines = run.output.split(separator: "\n").dropLast()
        #expect(run.status == (lines.allSatisfy { $0.contains(" warning ") } ? .success : .failure))
        return lines.map {
            $0.hasPrefix(folder.path) ? String($0.dropFirst(folder.path.count + 1)) : String($0)
        }
    }

    @Test func `takes entries in files of their own, in sets, in lines and bare`() async throws {
        try folder.write("spec.json", SampleObjects.spec)
        try folder.write("a/blueprint.json", SampleObjects.all[1])
        try folder.write("a/b/set.json", #"{"objects": [\#(SampleObjects.all[2])]}"#)
        try folder.write("lines.json", SampleObjects.all[3...4].joined(separator: "\n") + "\n\n")
        try folder.write("more.ndjson", SampleObjects.all[5])
        try folder.write("notes.txt", "not an object")
        try folder.write(".hidden.json", "not an object")
        let run = await check()
        #expect(run.output == "6 objects in 5 files: 0 errors, 0 warnings\n")
        #expect(run.status == .success)
    }

    @Test func `names the place of what is wrong, in every form of file`() async throws {
        try folder.write(
            "1.json",
            #"{"kind": "PolicyRule", "object": {"id": "a b", "effect": "forbid"}}"#
        )
        try folder.write("2.json", #"{"objects": [{"kind": "PolicyRule", "object": {"id": "x"}}]}"#)
        try folder.write("3.ndjson", "\n" + #"{"kind": "PolicyRules", "object": {}}"#)
        try folder.write("4.json", #"{"id": "x", "effect": "forbid", "mach": {}}"#)
        let found = await findings()
        #expect(found.count == 4)
        #expect(found[0].hasPrefix("1.json#/object/id INVALID_IDENTIFIER "))
        #expect(found[1].hasPrefix("2.json#/objects/0/object/effect MISSING_FIELD "))
        #expect(found[2].hasPrefix("3.ndjson:2#/kind INVALID_VALUE must be one of IntegrationSpec"))
        #expect(
            found[3] == "4.json#/mach UNKNOWN_FIELD there is no such member here "
                + "(did you mean match?)"
        )
    }

    // MARK: Environments, and what is not listed

    /// Two bindings that only their order separates, in an environment of the operator's own.
    private func writeAmbiguity(in environment: String) throws {
        let place = "\"environment\": \"\(environment)\""
        let own = SampleObjects.all.prefix(4)
            .map { $0.replacing(#""environment": "sandbox""#, with: place) }
        let second = own[2].replacing("conn_a", with: "conn_b")
        let twice = own[3]
            .replacing(
                #""For the checkout."}]"#,
                with: #""For the checkout."}, {"slotId": "payments.primary", "#
                    + #""connectionId": "conn_b", "scope": {"workflows": ["checkout"]}, "#
                    + #""description": "Too."}]"#
            )
        let lines = [own[0], own[1], own[2], second, twice]
        try folder.write("set.ndjson", lines.joined(separator: "\n"))
    }

    @Test func `an environment is judged by the tier that a flag or the settings give it`()
        async throws
    {
        try writeAmbiguity(in: "prod-eu")
        let unsaid = await check()
        #expect(unsaid.status == .success)
        #expect(unsaid.output.contains("warning UNKNOWN_ENVIRONMENT"))
        #expect(unsaid.output.contains("warning AMBIGUOUS_BINDING"))
        let flagged = await check("--environments", "prod-eu:production")
        #expect(flagged.status == .failure)
        #expect(flagged.output.contains("1 AMBIGUOUS_BINDING"))
        #expect(!flagged.output.contains("UNKNOWN_ENVIRONMENT"))
        let settings = try TemporaryFolder()
        let file = #"{"environments": [{"name": "prod-eu", "tier": "production"}], "data": 3}"#
        try settings.write("settings.json", file)
        let configured = await check("--config", settings.path + "/settings.json")
        #expect(configured.output == flagged.output)
        #expect(await check("--environments", "prod-eu:nonproduction").status == .success)
        for bad in ["prod-eu", "prod-eu:live", "production:nonproduction"] {
            #expect(await check("--environments", bad).status == .usage)
        }
        try settings.write("settings.json", #"{"environments": [{"name": "prod-eu"}]}"#)
        let broken = await check("--config", settings.path + "/settings.json")
        #expect(broken.status == .usage)
    }

    @Test func `what is not listed is counted, and said`() async throws {
        let bindings = (0..<251)
            .map { #"{"slotId": "none-\#($0)", "connectionId": "conn_a", "description": "x"}"# }
        let start = SampleObjects.all[3]
        let parts = start.split(separator: #""integrations": ["#)
        let list = bindings.joined(separator: ", ")
        let config = "\(parts[0])\"integrations\": [\(list)]}}"
        let lines = SampleObjects.all.prefix(3) + [config]
        try folder.write("set.ndjson", lines.joined(separator: "\n"))
        let run = await check()
        #expect(run.output.contains("info LIMIT_EXCEEDED 151 more of UNKNOWN_SLOT_BINDING"))
        #expect(run.output.contains("\n151 more findings are counted, and not listed\n"))
        // The slot that nothing fills is the one more.
        #expect(run.output.hasSuffix("4 objects in 1 files: 252 errors, 0 warnings\n"))
    }

    @Test func `names the byte of malformed JSON`() async throws {
        try folder.write("1.json", #"{"kind": }"#)
        try folder.write("2.ndjson", SampleObjects.all[4] + "\n{")
        try folder.write("3.json", SampleObjects.all[4] + " x")
        try folder.write("4.json", "")
        let found = await findings()
        #expect(found.count == 4)
        #expect(found[0].hasPrefix("1.json#/kind MALFORMED_JSON byte 9"))
        #expect(found[1].hasPrefix("2.ndjson:2# MALFORMED_JSON byte 1"))
        #expect(found[2].hasPrefix("3.json# MALFORMED_JSON byte "))
        #expect(found[3].hasPrefix("4.json# MALFORMED_JSON byte 0"))
    }

    @Test(arguments: ["5", "[]", "null", #"{"stripe": []}"#])
    func `refuses what is no object of ours`(_ text: String) async throws {
        try folder.write("1.json", text)
        let found = await findings()
        #expect(found.count == 1 && found[0].hasPrefix("1.json INVALID_VALUE is no object"))
    }

    @Test func `refuses members beside the objects of a set, and a tenant for what is global`()
        async throws
    {
        try folder.write("1.json", #"{"objects": {}, "more": 1}"#)
        try folder.write(
            "2.json",
            SampleObjects.entry("IntegrationSpec", SampleObjects.spec, tenant: "acme")
        )
        let found = await findings()
        #expect(found.count == 3)
        #expect(found[0].hasPrefix("1.json#/more UNKNOWN_FIELD "))
        #expect(found[1] == "1.json#/objects WRONG_TYPE must be an array")
        #expect(found[2].hasPrefix("2.json#/tenantId INVALID_VALUE "))
    }

    @Test func `an entry's tenant must agree with its object's`() async throws {
        let entry = SampleObjects.entry(
            "IntegrationConnection",
            SampleObjects.connection(),
            tenant: "other"
        )
        try folder.write("1.json", entry)
        let found = await findings()
        #expect(found.first?.hasPrefix("1.json#/object/meta/tenantId PATH_MISMATCH ") == true)
    }

    @Test func `an object that stands in the set twice is named with its first place`() async throws
    {
        try folder.write("1.json", SampleObjects.all[4])
        try folder.write("2.json", SampleObjects.all[4])
        let found = await findings()
        #expect(found.count == 1)
        #expect(
            found[0].hasPrefix("2.json ALREADY_EXISTS the policy none-by-night of the platform")
        )
        #expect(found[0].hasSuffix("1.json"))
    }

    @Test func `a connection's spec, mode and config are checked against the set`() async throws {
        try folder.write("spec.json", SampleObjects.spec)
        try folder.write("c.json", SampleObjects.connection(config: #"{"accountId": 5, "x": 1}"#))
        var found = await findings()
        #expect(
            found.map { $0.split(separator: " ")[1] } == [
                "CONFIG_SCHEMA_VIOLATION", "CONFIG_SCHEMA_VIOLATION",
            ]
        )
        try folder.write("c.json", SampleObjects.connection(config: "{}", version: 2))
        found = await findings()
        #expect(found.count == 1)
        #expect(found[0].hasPrefix("c.json#/meta/integrationVersion INTEGRATION_SPEC_NOT_FOUND "))
        #expect(found[0].hasSuffix("(use one of 1)"))
        // What is required may come with a binding.
        try folder.write("c.json", SampleObjects.connection(config: "{}"))
        #expect(await findings().isEmpty)
    }

    @Test func `a secret in a connection is found and not shown`() async throws {
        try folder.write("spec.json", SampleObjects.spec)
        let secret = "sk_live_0123456789abcdefghij"
        try folder.write(
            "c.json",
            SampleObjects.connection(config: #"{"accountId": "\#(secret)"}"#)
        )
        let run = await check()
        #expect(run.output.contains("c.json#/config/accountId SECRET_IN_CONFIG"))
        #expect(!run.output.contains(secret))
    }

    @Test func `a config's blueprint, slots and connections are in the set`() async throws {
        try folder.write("all.ndjson", SampleObjects.all.joined(separator: "\n"))
        #expect(await findings().isEmpty)
        var lines = SampleObjects.all
        lines[3] = SampleObjects.entry(
            "TenantAppConfig",
            SampleObjects.config(slot: "payment.primary", connection: "conn_b")
        )
        try folder.write("all.ndjson", lines.joined(separator: "\n"))
        let found = await findings()
        #expect(
            found.contains {
                $0.hasPrefix("all.ndjson:4#/object/integrations/0/slotId UNKNOWN_SLOT_BINDING ")
            }
        )
        #expect(
            found.contains {
                $0.contains("#/object/integrations/0/connectionId MISSING_INTEGRATION_CONNECTION ")
            }
        )
        lines.remove(at: 1)
        try folder.write("all.ndjson", lines.joined(separator: "\n"))
        let orphan = await findings()
        #expect(orphan.count == 1 && orphan[0].contains("#/object/meta BLUEPRINT_NOT_FOUND "))
    }

    @Test func `several folders are one set`() async throws {
        let other = try TemporaryFolder()
        try folder.write("spec.json", SampleObjects.spec)
        let path = try other.write("c.json", SampleObjects.connection())
        #expect(await check("-f", path).status == .success)
        #expect(await Transcript.of(["check", "-f", path]).status == .failure)
    }

    @Test func `a folder that is not there, or empty, or endless is told`() async throws {
        #expect(await check().status == .failure)
        let missing = await Transcript.of(["check", "-f", folder.path + "/none"])
        #expect(missing.status == .failure && missing.error.contains("No such file"))
        try folder.link("loop", to: folder.path)
        let endless = await check()
        #expect(endless.status == .failure && endless.error.contains("deeper than 32"))
        #expect(await Transcript.of(["check"]).status == .usage)
    }
}

/// Tests of policies that `check` runs, without a server.
@Suite struct CheckPolicyTestTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private static func given(_ workflows: String...) -> String {
        let subjects = workflows.map {
            #"{"type": "workflow", "id": "\#($0)", "properties": "#
                + #"{"blueprint": "invoice-app", "environment": "sandbox"}}"#
        }
        return
            #"{"subjects": [\#(subjects.joined(separator: ", "))], "actions": ["stripe.charge"], "#
            + #""resources": [{"type": "slot", "id": "payments.primary"}]}"#
    }

    private static let checkout =
        #"[{"subject": "checkout", "action": "stripe.charge", "resource": "payments.primary"}]"#

    private func check() async -> (status: CommandStatus, lines: [String]) {
        let run = await Transcript.of(["check", "-f", folder.path])
        let lines = run.output.split(separator: "\n").map(String.init)
        return (
            run.status,
            lines.map {
                $0.hasPrefix(folder.path) ? String($0.dropFirst(folder.path.count + 1)) : $0
            }
        )
    }

    private func write(_ test: String) throws {
        try folder.write("set.ndjson", SampleObjects.all.joined(separator: "\n"))
        try folder.write("tests/who.json", test)
    }

    @Test func `tests that hold are counted`() async throws {
        let test =
            #"{"given": \#(Self.given("checkout", "nightly-1")), "expected": \#(Self.checkout)}"#
        try write(#"{"kind": "PolicyTest", "tenantId": "acme", "object": \#(test)}"#)
        let run = await check()
        #expect(
            run.lines == ["7 objects in 2 files: 2 questions of policy tests, 0 errors, 0 warnings"]
        )
        #expect(run.status == .success)
    }

    @Test func `one that fails is named with its place and what decided`() async throws {
        let test = #"{"given": \#(Self.given("checkout", "nightly-1")), "expected": []}"#
        try write(#"{"kind": "PolicyTest", "tenantId": "acme", "object": \#(test)}"#)
        let run = await check()
        #expect(
            run.lines.first
                == "tests/who.json#/object POLICY_TEST_FAILED checkout stripe.charge payments.primary "
                + "should be denied, is permitted (by /integrations/0)"
        )
        #expect(run.status == .failure)
    }

    @Test func `those of rules are run too, where the rule is enabled`() async throws {
        func rule(_ isEnabled: Bool) -> String {
            #"{"kind": "PolicyRule", "tenantId": "acme", "object": {"id": "stop", "effect": "forbid", "#
                + #""match": {"workflows": ["checkout"]}, "enabled": \#(isEnabled), "tests": [{"given": \#(Self.given("checkout")), "#
                + #""expected": \#(Self.checkout)}]}}"#
        }
        try write(rule(false))
        #expect(await check().status == .success)
        try write(rule(true))
        let run = await check()
        #expect(
            run.lines.first?.hasPrefix("tests/who.json#/object/tests/0 POLICY_TEST_FAILED ") == true
        )
        #expect(run.lines.first?.hasSuffix("should be permitted, is denied (by stop)") == true)
    }

    @Test(
        arguments: [
            (
                #""tenantId": "acme", "object": {"type": "slot", "id": "a"}"#,
                "/object/type INVALID_VALUE"
            ),
            (
                #""tenantId": "acme", "object": {"type": "user", "id": "a b"}"#,
                "/object/id INVALID_IDENTIFIER"
            ),
            (#""object": {"type": "user", "id": "a"}"#, "/object MISSING_FIELD"),
        ]
    )
    func `what is no entity of a tenant is named with its place`(
        _ member: String,
        _ place: String
    ) async throws {
        try folder.write("set.ndjson", "\n" + #"{"kind": "Entity", \#(member)}"#)
        let run = await check()
        #expect(run.status == .failure)
        #expect(run.lines.first?.contains(place) == true, "\(run.lines)")
        #expect(run.lines.first?.hasPrefix("set.ndjson:2") == true, "\(run.lines)")
    }

    @Test func `entities of the set are known to its tests`() async throws {
        try folder.write(
            "set.ndjson",
            [
                #"{"kind": "Entity", "tenantId": "acme", "object": {"type": "user", "id": "alice"}}"#,
                #"{"kind": "PolicyRule", "tenantId": "acme", "object": {"id": "read", "#
                    + #""effect": "permit", "match": {"subjectTypes": ["user"]}}}"#,
                #"{"kind": "PolicyTest", "tenantId": "acme", "object": {"given": {"subjects": "#
                    + #"[{"type": "user", "id": "alice"}, {"type": "user", "id": "bob"}], "actions": "#
                    + #"["read"], "resources": [{"type": "record", "id": "r"}]}, "expected": "#
                    + #"[{"subject": "alice", "action": "read", "resource": "r"}]}}"#,
            ]
            .joined(separator: "\n")
        )
        let run = await check()
        #expect(run.status == .success, "\(run.lines)")
    }

    @Test func `with other errors no test is run`() async throws {
        let test = #"{"given": \#(Self.given("checkout")), "expected": [], "more": 1}"#
        try write(#"{"kind": "PolicyTest", "tenantId": "acme", "object": \#(test)}"#)
        let run = await check()
        #expect(run.lines.first?.hasPrefix("tests/who.json#/object/more UNKNOWN_FIELD") == true)
        #expect(run.lines.last?.contains("policy tests") == false)
    }
}
