import Foundation
import Glibc
import JSON
import Testing
import Waiting

/// What can't be recorded is not done, unless the operator wants it otherwise, and then loudly
/// (docs/audit.md).
@Suite struct AuditDiskTests {
    /// A server whose audit trail is on a disk that fails when a test says so.
    private func server(_ flags: [String] = []) throws -> (BinderyServer, FaultShim) {
        let folder = try TemporaryFolder()
        let shim = try FaultShim(in: folder, files: "/data/audit/")
        var variables = try shim.variables()
        variables["BINDERY_SECRET_A"] = "{\"apiKey\":\"key-of-the-provider\"}"
        let server = BinderyServer(
            in: folder,
            flags: ["--outbound-allow", "127.0.0.0/8"] + flags,
            variables: variables
        )
        return (server, shim)
    }

    private func put(_ server: BinderyServer, _ id: String) async throws -> WireAnswer {
        try await server.send("PUT", "/v1/policies/\(id)", ["effect": "permit"])
    }

    @Test(arguments: [
        ("write", ENOSPC), ("write", EIO), ("sync", ENOSPC), ("sync", EIO),
    ])
    func `without its trail the server changes and calls nothing`(
        _ call: String,
        _ number: Int32
    ) async throws {
        let (server, shim) = try server()
        try await server.start()
        let provider = try ScriptedProvider()
        defer { provider.stop() }
        let world = try await ProviderWorld(over: server, url: provider.url)
        #expect(try await world.execute().status == 200)
        let calls = provider.requests.count
        try shim.set("\(call) \(number)")
        // The change is in the ledger when its record fails: the answer says that it stands.
        let first = try await put(server, "first")
        #expect(first.status == 503 && first.code == "AUDIT_UNAVAILABLE", "\(first)")
        #expect(first.json["detail"]?.string?.contains("stands") == true)
        // From then on nothing is begun.
        let second = try await put(server, "second")
        #expect(second.status == 503 && second.code == "AUDIT_UNAVAILABLE", "\(second)")
        let refused = try await world.execute()
        #expect(refused.status == 503 && refused.code == "AUDIT_UNAVAILABLE", "\(refused)")
        #expect(provider.requests.count == calls)
        let list = try await server.must("GET", "/v1/policies?limit=500")
        #expect(list.json["items"]?.array?.count == 1)
        #expect(try await server.metric("bindery_audit_unwritten_total") >= 1)
        try await Wait.until("the operator is told") { server.log.contains("audit.failed") }
        try shim.set("")
        #expect(try await server.restart() == .exit(0))
        #expect(try await put(server, "third").status == 201)
        #expect(try await world.execute().status == 200)
        #expect(try await server.must("GET", "/v1/audit/verify").json["valid"] == true)
    }

    @Test func `a call whose record fails is not answered as one that went well`() async throws {
        let (server, shim) = try server()
        try await server.start()
        let provider = try ScriptedProvider()
        defer { provider.stop() }
        let world = try await ProviderWorld(over: server, url: provider.url)
        try shim.set("sync \(EIO)")
        let answer = try await world.execute()
        #expect(answer.status == 503 && answer.code == "AUDIT_UNAVAILABLE", "\(answer)")
        #expect(answer.json["output"] == nil)
        #expect(provider.requests.count == 1)
    }

    @Test func `told to go on, it does, and counts and tells what is not recorded`() async throws {
        let (server, shim) = try server(["--audit-fail-open", "true"])
        try await server.start()
        let provider = try ScriptedProvider()
        defer { provider.stop() }
        let world = try await ProviderWorld(over: server, url: provider.url)
        try shim.set("write \(ENOSPC)")
        #expect(try await put(server, "first").status == 201)
        #expect(try await world.execute().status == 200)
        #expect(try await put(server, "second").status == 201)
        #expect(try await server.metric("bindery_audit_unwritten_total") == 3)
        try await Wait.until("the operator is told") {
            server.log.contains("audit.failed") && server.log.contains("\"failOpen\":true")
        }
    }
}
