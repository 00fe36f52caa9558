import Glibc
import JSON
import Testing
import Waiting

/// A first start without a bootstrap key makes a key and shows it once (API section 9).
@Suite struct FirstStartTests {
    @Test func `the key is shown once, works, and is the platform's admin`() async throws {
        let server = BinderyServer(in: try TemporaryFolder(), variables: [:])
        try await server.start()
        let shown = try server.process.output.matches(of: /bnd_[A-Za-z0-9]+_[A-Za-z0-9]+/)
            .map { String($0.output) }
        try #require(shown.count == 1)
        #expect(try !server.process.errors.contains(shown[0]))
        #expect(try await server.send("GET", "/v1/tenants", key: shown[0]).status == 200)
        let made = try await server.send("GET", "/v1/keys", key: shown[0])
        #expect(made.json["items"]?.array?.first?["roles"] == ["platform-admin"])
        #expect(try await server.end(SIGTERM) == .exit(0))

        try await server.start()
        #expect(try !server.process.output.contains("bnd_"))
        #expect(try await server.send("GET", "/v1/tenants", key: shown[0]).status == 200)
        try await server.end(SIGKILL)
        let needle = Array(shown[0].utf8)
        for path in server.folder.files() where path.contains("/data/") {
            #expect(try !holds(path, needle), "\(path)")
        }
    }

    @Test func `with a bootstrap key none is made`() async throws {
        let server = try await BinderyServer.started()
        #expect(try !server.process.output.contains("bnd_"))
        let list = try await server.must("GET", "/v1/keys")
        #expect(list.json["items"] == [])
    }

    @Test func `the bootstrap key is a key only as long as it is set`() async throws {
        let folder = try TemporaryFolder()
        let server = BinderyServer(in: folder)
        try await server.start()
        let body: JSONValue = ["roles": ["platform-admin"]]
        let key = try await server.must("POST", "/v1/keys", body).json["key"]?.string
        try await server.end(SIGTERM)
        let next = BinderyServer(in: folder, variables: [:])
        try await next.start()
        #expect(try await next.send("GET", "/v1/tenants").status == 401)
        #expect(try await next.send("GET", "/v1/tenants", key: key).status == 200)
    }
}
