import HTTPServer
import HTTPWire
import JSON
import Platform
import Synchronization
import Testing

@testable import bindery

@Suite struct ClientCommandTests {
    /// Answers what it is told to, and keeps what it was asked.
    private final class Listener: HTTPHandler {
        let requests = Mutex<[HTTPRequest]>([])
        let status: Int
        let body: String

        init(_ status: Int, _ body: String) {
            self.status = status
            self.body = body
        }

        func handle(_ request: HTTPRequest) -> HTTPHandling {
            requests.withLock { $0.append(request) }
            return .answer(HTTPResponse(status: status, body: .bytes(Array(body.utf8))))
        }

        func refuse(_ refusal: HTTPRefusal) -> HTTPResponse { HTTPResponse(status: refusal.status) }
    }

    /// Runs a command against a server that answers so.
    private func run(
        _ arguments: [String],
        flag: String,
        answering listener: Listener,
        _ environment: [String: String] = [:]
    ) async throws -> (status: CommandStatus, output: String, error: String) {
        var configuration = ServerConfiguration(address: SocketAddress(host: "127.0.0.1", port: 0))
        configuration.loopCount = 1
        configuration.deadlines.drainIdle = .milliseconds(10)
        let server = HTTPServer(configuration: configuration, handler: listener)
        let address = try server.start()[0]
        let run = await Transcript.of(
            arguments + [flag, "http://\(address)/"],
            environment: environment
        )
        await server.drain()
        return run
    }

    private let key = ["BINDERY_KEY": "the-admin-key"]

    @Test(arguments: [([], "/readyz"), (["--live"], "/livez")])
    func `a healthy server is asked at its path`(_ flags: [String], _ path: String) async throws {
        let listener = Listener(200, "{}")
        let run = try await run(["healthcheck"] + flags, flag: "--url", answering: listener)
        #expect(run.status == .success)
        #expect(listener.requests.withLock { $0.map(\.path) } == [path])
    }

    @Test func `a server that is not ready, or not there, is a failure`() async throws {
        let run = try await run(["healthcheck"], flag: "--url", answering: Listener(503, "{}"))
        #expect(run.status == .failure && run.error.contains("/readyz answered 503"))
        let absent = await Transcript.of(["healthcheck", "--url", "http://127.0.0.1:1"])
        #expect(absent.status == .failure && absent.error.contains("127.0.0.1:1"))
    }

    @Test(arguments: [
        (nil, "http://127.0.0.1:8080"), ("0.0.0.0:9000", "http://127.0.0.1:9000"),
        ("[::]:9000,127.0.0.1:1", "http://[::1]:9000"), ("10.0.0.1:80", "http://10.0.0.1:80"),
    ])
    func `asks where the server listens`(_ listen: String?, _ url: String) {
        let variables = listen.map { ["BINDERY_LISTEN": $0] } ?? [:]
        #expect(HealthCheckCommand.defaultURL(ProcessEnvironment(variables)) == url)
    }

    @Test(arguments: [
        ["healthcheck", "--url", "127.0.0.1:8080"], ["healthcheck", "--url", "http://u@h"],
        ["healthcheck", "--timeout-ms", "0"], ["keys", "create", "--role", "root"],
        ["keys", "create"], ["keys", "create", "--role", "auditor", "--tenant", "a b"],
        ["keys", "create", "--role", "auditor", "--workflow", "a b"],
        ["keys", "create", "--role", "auditor", "--environment", "a b"],
        ["keys", "create", "--role", "auditor", "--expires-at", "tomorrow"],
        ["keys", "create", "--role", "auditor", "--key-env", "A", "--key-file", "b"],
        ["keys", "create", "--role", "auditor", "--key-file", "no/such/file"],
    ])
    func `names the flag that is wrong`(_ arguments: [String]) async {
        let run = await Transcript.of(arguments, environment: key)
        #expect(run.status == .usage)
        #expect(run.error.contains("--"))
    }

    @Test func `sends what was asked for and prints the answer`() async throws {
        let listener = Listener(201, #"{"id": "k1", "key": "bnd_k1_x"}"#)
        let flags = [
            "--tenant", "acme", "--role", "runtime", "--role", "auditor", "--environment", "*",
            "--workflow", "checkout", "--name", "engine", "--expires-at", "2030-01-01T00:00:00Z",
        ]
        let run = try await run(
            ["keys", "create"] + flags,
            flag: "--server",
            answering: listener,
            key
        )
        #expect(run.status == .success && run.error.isEmpty)
        #expect(run.output == "{\n  \"id\": \"k1\",\n  \"key\": \"bnd_k1_x\"\n}\n")
        let request = try #require(listener.requests.withLock { $0.first })
        #expect(request.method == .post && request.path == "/v1/tenants/acme/keys")
        #expect(request.header("authorization") == "Bearer the-admin-key")
        #expect(
            try JSONValue(parsing: request.body) == [
                "roles": ["runtime", "auditor"], "environments": ["*"], "workflows": ["checkout"],
                "name": "engine", "expiresAt": "2030-01-01T00:00:00Z",
            ]
        )
    }

    @Test func `prints the key alone for a script, called with a key of a file`() async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("key", "a-key-of-a-file\n")
        let listener = Listener(201, #"{"id": "k1", "key": "bnd_k1_x"}"#)
        let flags = ["--role", "auditor", "--key-file", file, "--key-only"]
        let run = try await run(["keys", "create"] + flags, flag: "--server", answering: listener)
        #expect(run.output == "bnd_k1_x\n")
        let request = try #require(listener.requests.withLock { $0.first })
        #expect(request.path == "/v1/keys")
        #expect(request.header("authorization") == "Bearer a-key-of-a-file")
    }

    @Test func `a refusal is told with its code and places, and the key is not`() async throws {
        let problem = """
            {"code": "INVALID_VALUE", "detail": "no", "errors": [{"pointer": "/roles/0",
             "code": "X", "detail": "bad", "suggestion": "better"}]}
            """
        let flags = ["--role", "auditor"]
        let run = try await run(
            ["keys", "create"] + flags,
            flag: "--server",
            answering: Listener(422, problem),
            key
        )
        #expect(run.status == .failure && run.output.isEmpty)
        #expect(run.error.contains("422 INVALID_VALUE: no"))
        #expect(run.error.contains("#/roles/0 X bad (better)"))
        #expect(!run.error.contains("the-admin-key"))
        let odd = try await self.run(
            ["keys", "create"] + flags,
            flag: "--server",
            answering: Listener(502, "<html>"),
            key
        )
        #expect(odd.error.contains("the server answered 502"))
    }

    @Test func `without a key nothing is sent`() async {
        let run = await Transcript.of(["keys", "create", "--role", "auditor"])
        #expect(run.status == .usage && run.error.contains("BINDERY_KEY"))
        let broken = await Transcript.of(
            ["keys", "create", "--role", "auditor"],
            environment: ["BINDERY_KEY": "two\nlines"]
        )
        #expect(broken.status == .usage && broken.error.contains("visible ASCII"))
    }
}
