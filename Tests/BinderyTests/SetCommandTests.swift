import HTTPServer
import HTTPWire
import JSON
import Platform
import Synchronization
import Testing

@testable import bindery

/// `bindery apply`, `diff` and `export` against a server that answers what the test says.
@Suite struct SetCommandTests {
    /// Answers one after the other, the last one for ever, and keeps what it was asked.
    private final class Script: HTTPHandler {
        struct Reply: Sendable {
            var status = 200
            var body = ""
            var type = "application/json"
        }

        private let replies: Mutex<[Reply]>
        let requests = Mutex<[HTTPRequest]>([])

        init(_ replies: [Reply]) { self.replies = Mutex(replies) }

        func handle(_ request: HTTPRequest) -> HTTPHandling {
            requests.withLock { $0.append(request) }
            let reply = replies.withLock { $0.count > 1 ? $0.removeFirst() : $0[0] }
            return .answer(
                HTTPResponse(
                    status: reply.status,
                    headers: [HTTPField("Content-Type", reply.type)],
                    body: .bytes(Array(reply.body.utf8))
                )
            )
        }

        func refuse(_ refusal: HTTPRefusal) -> HTTPResponse { HTTPResponse(status: refusal.status) }

        /// The targets that were asked for, and the revisions that were demanded.
        var calls: [String] {
            requests.withLock { requests in
                requests.map { request in
                    let match = request.header("if-match").map { " \($0)" } ?? ""
                    return "\(request.path)?\(request.query ?? "")\(match)"
                }
            }
        }
    }

    private static let stale = Script.Reply(
        status: 412,
        body: #"{"code":"REVISION_MISMATCH","detail":"moved"}"#
    )

    private static func plan(_ revision: Int, _ action: String = "update") -> Script.Reply {
        Script.Reply(
            body: """
                {"dryRun": true, "revision": \(revision), "summary": {"\(action)": 1}, "changes": [
                  {"kind": "PolicyRule", "tenantId": null, "id": "a", "action": "\(action)",
                   "values": [{"pointer": "/effect", "before": "forbid", "after": "permit"}]},
                  {"kind": "PolicyRule", "tenantId": "t", "id": "b", "action": "unchanged"}]}
                """
        )
    }

    /// Runs a command on a file with a rule, against a server that answers so.
    private func run(
        _ arguments: [String],
        _ replies: [Script.Reply],
        terminals: Console.Terminals = Console.Terminals(),
        typing: String? = nil,
        environment: [String: String] = [:]
    ) async throws -> (
        run: (status: CommandStatus, output: String, error: String), calls: [String]
    ) {
        let folder = try TemporaryFolder()
        let file = try folder.write("a.json", #"{"id": "a", "effect": "permit"}"#)
        let script = Script(replies)
        var configuration = ServerConfiguration(address: SocketAddress(host: "127.0.0.1", port: 0))
        configuration.loopCount = 1
        configuration.deadlines.drainIdle = .milliseconds(10)
        let server = HTTPServer(configuration: configuration, handler: script)
        let address = try server.start()[0]
        let run = await Transcript.of(
            arguments.map { $0 == "FILE" ? file : $0 } + ["--server", "http://\(address)"],
            environment: ["BINDERY_KEY": "the-admin-key"].merging(environment) { $1 },
            terminals: terminals,
            typing: typing
        )
        await server.drain()
        return (run, script.calls)
    }

    private let apply = ["apply", "-f", "FILE"]

    // MARK: What is left alone, and what is in the way

    /// A plan with one connection whose status is another than the file says.
    private static let drifted = Script.Reply(
        body: """
            {"dryRun": true, "revision": 7, "summary": {"unchanged": 1, "drifted": 1}, "changes": [
              {"kind": "IntegrationConnection", "tenantId": "t", "id": "c", "action": "unchanged",
               "drift": [{"pointer": "/status", "wished": "active", "found": "paused"}]}]}
            """
    )

    @Test func `another status is a difference, and nothing that is applied`() async throws {
        let (diff, _) = try await run(["diff", "-f", "FILE"], [Self.drifted])
        #expect(diff.status == .differs, "\(diff)")
        #expect(diff.output.contains("! leave IntegrationConnection c of t\n"), "\(diff)")
        #expect(diff.output.contains(#"/status: is "paused", the files say "active""#), "\(diff)")
        #expect(diff.output.contains("1 unchanged, 1 with another status."), "\(diff)")
        let (applied, calls) = try await run(apply, [Self.drifted])
        #expect(applied.status == .success, "\(applied)")
        #expect(applied.output.contains("! leave IntegrationConnection c of t\n"), "\(applied)")
        #expect(applied.output.hasSuffix("Nothing to do.\n"), "\(applied)")
        #expect(calls.count == 1)
    }

    /// A plan with a config that waits for approvals.
    private static let blocked = Script.Reply(
        body: """
            {"dryRun": true, "revision": 7, "summary": {"update": 1, "blocked": 1}, "changes": [
              {"kind": "TenantAppConfig", "tenantId": "t", "id": "a/production", "action": "update",
               "gates": [{"gate": "APPROVALS", "verdict": "failed", "reason": "it needs an approval"}],
               "blockedBy": {"code": "APPROVAL_REQUIRED", "detail": "it needs an approval"}}]}
            """
    )

    @Test func `a plan that waits for approvals is shown, and not applied`() async throws {
        for arguments in [["diff", "-f", "FILE"], apply + ["--dry-run"], apply] {
            let (run, calls) = try await run(arguments, [Self.blocked])
            let isReal = arguments == apply
            let expected: CommandStatus =
                isReal ? .failure : arguments[0] == "diff" ? .differs : .success
            #expect(run.status == expected, "\(run)")
            #expect(run.output.contains("~ update TenantAppConfig a/production of t\n"), "\(run)")
            #expect(run.output.contains("gate APPROVALS failed: it needs an approval\n"), "\(run)")
            #expect(run.output.contains("0 unchanged, 1 that would be refused."), "\(run)")
            #expect(run.error.contains("APPROVAL_REQUIRED") == isReal, "\(run)")
            #expect(calls.count == 1)
        }
    }

    // MARK: A store that moves on

    @Test func `a plan is applied at the revision that it was made at`() async throws {
        let (run, calls) = try await run(apply, [Self.plan(7), Self.plan(8)])
        #expect(run.status == .success, "\(run)")
        #expect(calls == ["/v1/apply?dryRun=true&values=true", "/v1/apply? \"7\""])
        #expect(run.output.hasSuffix("Applied at revision 8.\n"))
    }

    @Test func `when the store moves on, the same plan is applied at the new revision`()
        async throws
    {
        let replies = [Self.plan(7), Self.stale, Self.plan(9), Self.plan(10)]
        let (run, calls) = try await run(apply, replies)
        #expect(run.status == .success, "\(run)")
        #expect(calls.last == "/v1/apply? \"9\"")
    }

    @Test func `another plan than was shown is not applied`() async throws {
        let replies = [Self.plan(7), Self.stale, Self.plan(9, "create"), Self.plan(10)]
        let (run, calls) = try await run(apply, replies)
        #expect(run.status == .failure)
        #expect(calls.count == 3)
        #expect(run.error.contains("from revision 7 to 9") && run.error.contains("another one"))
    }

    @Test func `a store that never rests is given up, a reviewed plan at once`() async throws {
        let turns = (1...10).flatMap { [Self.plan($0), Self.stale] }
        let (restless, calls) = try await run(apply, turns)
        #expect(restless.status == .failure && restless.error.contains("nothing was changed"))
        #expect(calls.count == 11)
        let (reviewed, asked) = try await run(
            apply + ["--if-revision", "7"],
            [Self.plan(7), Self.stale, Self.plan(7)]
        )
        #expect(reviewed.status == .failure)
        #expect(asked == ["/v1/apply?dryRun=true&values=true \"7\"", "/v1/apply? \"7\""])
    }

    // MARK: What gates say

    private static func gated(
        _ revision: Int,
        _ health: String,
        dryRun: Bool = true
    ) -> Script.Reply {
        Script.Reply(
            body: """
                {"dryRun": \(dryRun), "revision": \(revision), "summary": {"create": 1}, "changes": [
                  {"kind": "TenantAppConfig", "tenantId": "t", "id": "app/production",
                   "action": "create", "gates": [
                     {"gate": "VALIDATION", "verdict": "passed"},
                     {"gate": "CONNECTIONS", "verdict": "passed"},
                     {"gate": "HEALTH", "verdict": "\(health)", "reason": "Checks run later."},
                     {"gate": "AMBIGUITY", "verdict": "notRequired"}]}]}
                """
        )
    }

    @Test func `below a config stand its gates, and those that say more with their reasons`()
        async throws
    {
        let (run, _) = try await run(["diff", "-f", "FILE"], [Self.gated(7, "pending")])
        #expect(
            run.output.contains(
                """
                + create TenantAppConfig app/production of t
                    gates passed: VALIDATION, CONNECTIONS
                    gates not required: AMBIGUITY
                    gate HEALTH pending: Checks run later.

                """
            ),
            "\(run.output)"
        )
        let (bare, _) = try await self.run(["diff", "-f", "FILE"], [Self.plan(7)])
        #expect(!bare.output.contains("gate"))
    }

    @Test func `a gate that says otherwise makes no other plan`() async throws {
        let replies = [
            Self.gated(7, "pending"), Self.stale, Self.gated(9, "passed"),
            Self.gated(10, "passed", dryRun: false),
        ]
        let (run, calls) = try await run(apply, replies)
        #expect(run.status == .success, "\(run)")
        #expect(calls.last == "/v1/apply? \"9\"")
    }

    // MARK: Asking

    @Test(arguments: [("y", true), ("YES", true), ("n", false), ("", false), (nil, false)])
    func `a terminal is asked before something is removed`(
        _ typed: String?,
        _ goes: Bool
    ) async throws {
        let (run, calls) = try await run(
            apply + ["--prune"],
            [Self.plan(7, "delete"), Self.plan(8, "delete")],
            terminals: Console.Terminals(input: true, output: true, error: true),
            typing: typed
        )
        #expect(run.error.contains("Remove 1 objects, listed above? [y/N]"))
        #expect(run.status == (goes ? .success : .failure))
        #expect(calls.count == (goes ? 2 : 1))
        #expect(calls[0] == "/v1/apply?dryRun=true&values=true&prune=true")
    }

    @Test func `a label goes with what prunes, and nowhere else`() async throws {
        for command in [["diff", "-f", "FILE"], apply + ["--dry-run"]] {
            let label = ["--prune", "--label", "app=checkout"]
            let (_, calls) = try await run(command + label, [Self.plan(7)])
            let query = "dryRun=true&values=true&prune=true&label=app%3Dcheckout"
            #expect(calls == ["/v1/apply?\(query)"])
            for wrong in [["--label", "app=checkout"], ["--prune", "--label", "app"]] {
                let (run, calls) = try await run(command + wrong, [Self.plan(7)])
                #expect(run.status != .success && calls == [], "\(run)")
                #expect(run.error.contains("--label: "))
            }
        }
    }

    @Test func `a dry run asks nothing, and a yes is not asked for`() async throws {
        let terminals = Console.Terminals(input: true, output: true, error: true)
        for flag in ["--dry-run", "--yes"] {
            let (run, _) = try await run(
                apply + ["--prune", flag],
                [Self.plan(7, "delete")],
                terminals: terminals
            )
            #expect(run.status == .success && !run.error.contains("y/N"), "\(run)")
        }
    }

    // MARK: Looks

    @Test func `a config's bindings are told by what they are`() async throws {
        let reply = Script.Reply(
            body: """
                {"dryRun": true, "revision": 7, "summary": {"update": 1}, "changes": [
                  {"kind": "TenantAppConfig", "tenantId": "t", "id": "app/sandbox", "action": "update",
                   "values": [{"pointer": "/notes", "before": "x", "after": "y"},
                     {"pointer": "/integrations/0/slotId", "before": "s", "after": "t"}],
                   "bindings": [
                     {"action": "add", "slotId": "s", "connectionId": "a", "after": 0, "fields": []},
                     {"action": "change", "slotId": "s", "connectionId": "b", "fields": [
                       {"pointer": "/priority", "before": 1, "after": 2}]},
                     {"action": "move", "slotId": "s", "connectionId": "c", "before": 0, "after": 2},
                     {"action": "remove", "slotId": "s", "connectionId": "d", "before": 3}],
                   "bindingsAreCut": true}]}
                """
        )
        let output = try await run(["diff", "-f", "FILE"], [reply]).run.output
        let lines = output.split(separator: "\n").dropLast().map(String.init)
        #expect(
            lines == [
                "~ update TenantAppConfig app/sandbox of t", "    /notes: \"x\" → \"y\"",
                "    binding of s to a: added", "    binding of s to b /priority: 1 → 2",
                "    binding of s to c: moved from place 1 to 3", "    binding of s to d: removed",
                "    … and more bindings",
            ]
        )
    }

    @Test func `colours are a terminal's, unless none are wanted`() async throws {
        let terminal = Console.Terminals(input: false, output: true, error: false)
        let diff = ["diff", "-f", "FILE"]
        let colored = try await run(diff, [Self.plan(7)], terminals: terminal).run
        #expect(colored.status == .differs)
        #expect(colored.output.contains("\u{1B}[33m~ update PolicyRule a\u{1B}[0m"))
        let wanted = try await run(
            diff,
            [Self.plan(7)],
            terminals: terminal,
            environment: ["NO_COLOR": "1"]
        )
        #expect(
            wanted.run.output.contains(
                "~ update PolicyRule a\n    /effect: \"forbid\" → \"permit\"\n"
            )
        )
        #expect(try await run(diff, [Self.plan(7)]).run.output == wanted.run.output)
    }

    @Test func `progress is shown on a terminal alone, and cleared`() async throws {
        let diff = ["diff", "-f", "FILE"]
        let shown = try await run(
            diff,
            [Self.plan(7)],
            terminals: Console.Terminals(input: false, output: false, error: true)
        )
        .run
        #expect(shown.error.contains("planning 1 objects of 1 files"))
        #expect(shown.error.hasSuffix("\r\u{1B}[K"))
        #expect(try await run(diff, [Self.plan(7)]).run.error.isEmpty)
    }

    // MARK: Servers that are none

    @Test(arguments: [
        "", "[]", "{}", #"{"revision": 1}"#, #"{"revision": 1, "summary": {}}"#, "<html>",
    ])
    func `an answer that is no plan is an error`(_ body: String) async throws {
        let (run, calls) = try await run(apply, [Script.Reply(body: body)])
        #expect(run.status == .failure && run.error.contains("no plan"), "\(run)")
        #expect(calls.count == 1)
    }

    @Test(arguments: [
        "{", "7", #"{"kind":"PolicyRule","object":{"id":"../x"}}"#,
        #"{"kind":"PolicyRule","tenantId":"..","object":{"id":"x"}}"#,
        #"{"kind":"PolicyRule","tenantId":"a/b","object":{"id":"x"}}"#,
        #"{"kind":"TenantAppConfig","tenantId":"t","object":{"meta":{"blueprintName":"a","environment":"/etc"}}}"#,
        #"{"kind":"IntegrationSpec","object":{"meta":{"key":"a","version":"../1"}}}"#,
        #"{"kind":"IntegrationConnection","object":{"meta":{"id":"a"}}}"#,
    ])
    func `an export that would leave its folder is none`(_ line: String) async throws {
        let folder = try TemporaryFolder()
        let good = #"{"kind":"PolicyRule","object":{"id":"good","effect":"forbid"}}"#
        let reply = Script.Reply(body: "\(good)\n\(line)\n", type: "application/x-ndjson")
        let (run, _) = try await run(["export", "--to", folder.path + "/out"], [reply])
        #expect(run.status == .failure && run.error.contains("no export"), "\(run)")
        #expect(throws: (any Error).self) { try folder.text(of: "out/policies/good.json") }
    }

    @Test func `an object that is exported twice is an error`() async throws {
        let folder = try TemporaryFolder()
        let line = #"{"kind":"PolicyRule","object":{"id":"x","effect":"forbid"}}"#
        let reply = Script.Reply(body: "\(line)\n\(line)\n", type: "application/x-ndjson")
        let (run, _) = try await run(["export", "--to", folder.path], [reply])
        #expect(run.status == .failure && run.error.contains("twice"), "\(run)")
    }

    // MARK: The standard input

    @Test(arguments: [
        ("", 0), (" \n\n", 0), (#"{"id":"a","effect":"forbid"}"#, 1), ("{\"a\n", nil),
    ])
    func `the standard input is a file`(_ text: String, _ count: Int?) async throws {
        let script = Script([Self.plan(7)])
        var configuration = ServerConfiguration(address: SocketAddress(host: "127.0.0.1", port: 0))
        configuration.loopCount = 1
        configuration.deadlines.drainIdle = .milliseconds(10)
        let server = HTTPServer(configuration: configuration, handler: script)
        let address = try server.start()[0]
        let run = await Transcript.of(
            ["diff", "-f", "-", "--server", "http://\(address)"],
            environment: ["BINDERY_KEY": "the-admin-key"],
            input: text
        )
        await server.drain()
        guard let count else {
            #expect(run.status == .failure && run.error.contains("-# MALFORMED_JSON"), "\(run)")
            return
        }
        let body = script.requests.withLock { $0[0].body }
        #expect(body.count { $0 == 0x0A } == count)
        #expect(run.status == .differs)
    }
}
