import Glibc
import JSON
import Platform
import TLSTesting
import Testing
import Waiting

/// TLS of the program: certificates, their renewal, and files that cannot be used.
@Suite struct TLSTests {
    @Test func `serves HTTPS and plain HTTP, and drains`() async throws {
        let server = try await TLSServer()
        let socket = try await server.connect()
        let answer = try await server.send("GET", "/readyz", over: socket)
        #expect(answer.status == 200 && socket.serverName == "first")
        let plain = WireConnection(over: try SocketPeer(connectingTo: server.plain))
        try await plain.send("GET", "/livez", headers: [], body: [])
        #expect(try await plain.answer().status == 200)
        let metrics = try await server.send(
            "GET",
            "/metrics",
            key: BinderyServer.bootstrapKey,
            over: socket
        )
        #expect(metrics.text.contains("bindery_tls_handshakes_total{result=\"done\"} 1\n"))
        #expect(metrics.text.contains("bindery_tls_certificate_not_after_seconds 1"))
        server.process.signal(SIGTERM)
        // The idle connection gets its end, and can tell it from a cut.
        await #expect(throws: WireConnection.Cut.self) {
            _ = try await WireConnection(over: socket).answer()
        }
        #expect(socket.wasToldOfEnd)
        #expect(try await server.process.ending() == .exit(0))
    }

    @Test(arguments: [true, false])
    func `a new certificate serves new handshakes, and drops no connection`(
        _ isAsked: Bool
    )
        async throws
    {
        let server = try await TLSServer()
        let old = try await server.connect()
        #expect(try await server.send("GET", "/livez", over: old).status == 200)
        try server.folder.write(server.authority.issue("second"))
        // Asked to by a signal, or seen when the files are looked at.
        if isAsked { server.process.signal(SIGHUP) }
        try await server.waitFor("tls.reloaded")
        let next = try await server.connect()
        #expect(next.serverName == "second")
        #expect(try await server.send("GET", "/livez", over: next).status == 200)
        #expect(try await server.send("GET", "/livez", over: old).status == 200)
        #expect(old.serverName == "first" && server.process.isRunning)
    }

    @Test func `a bad new file keeps the old certificate serving, and is named`() async throws {
        let server = try await TLSServer()
        let file = try server.folder.write("server.pem", "not a certificate")
        server.process.signal(SIGHUP)
        try await server.waitFor("tls.reloadFailed")
        #expect(server.process.errors.contains("\(file) holds no certificate"))
        #expect(server.process.errors.contains("\"setting\":\"tls.cert\""))
        #expect(try await server.connect().serverName == "first")
        try server.folder.write(server.authority.issue("second"))
        server.process.signal(SIGHUP)
        try await server.waitFor("tls.reloaded")
        #expect(try await server.connect().serverName == "second")
    }

    @Test(arguments: [
        (-7200 ... -3600, "tls.certificateExpired"), (3600...864_000, "tls.certificateNotYetValid"),
        (-60...86_400, "tls.certificateExpiresSoon"),
    ])
    func `a certificate outside its time is warned of and serves`(
        _ validity: ClosedRange<Int>,
        _ event: String
    ) async throws {
        let server = try await TLSServer()
        let certificate = server.authority.issue("next") { $0.validity = validity }
        try server.folder.write(certificate)
        server.process.signal(SIGHUP)
        try await server.waitFor("tls.reloaded")
        try await server.waitFor(event)
        let anyone = TLSTestClient()
        #expect(try await anyone.connect(to: server.secure).serverName == "next")
    }

    @Test func `files that cannot be used end the start, each named with its setting`()
        async throws
    {
        let folder = try TestCertificateFolder()
        let authority = TestCertificate.authority()
        let certificate = authority.issue()
        let (good, key) = try folder.write(certificate)
        let (_, other) = try folder.write(authority.issue(), as: "other")
        let secret = try folder.write("secret.key", certificate.keyPEM(passphrase: "open sesame"))
        let cases: [(flags: [String], setting: String, detail: String)] = [
            (["--tls-cert", good, "--tls-key", other], "tls.key", "\(other) is not the key"),
            (["--tls-cert", good, "--tls-key", secret], "tls.key", "\(secret) is encrypted"),
            (["--tls-cert", key, "--tls-key", key], "tls.cert", "\(key) holds no certificate"),
            (["--tls-cert", "none.pem", "--tls-key", key], "tls.cert", "none.pem: No such file"),
            (["--tls-cert", good, "--tls-key", "none.key"], "tls.key", "none.key: No such file"),
            (
                [
                    "--tls-cert", good, "--tls-key", key, "--tls-client-ca", key,
                    "--tls-client-auth", "required",
                ], "tls.clientCA", "\(key) holds no certificate"
            ),
            (
                [
                    "--tls-cert", good, "--tls-key", key, "--tls-certificates",
                    #"[{"cert": "\#(good)", "key": "\#(other)"}]"#,
                ], "tls.certificates item 0, key", "\(other) is not the key"
            ),
        ]
        for one in cases {
            let data = try TemporaryFolder()
            let process = try RunningProcess(
                ["serve", "--listen", "127.0.0.1:0", "--data", data.path("data")] + one.flags,
                in: data
            )
            #expect(try await process.ending() == .exit(1))
            #expect(process.errors.hasPrefix("bindery: \(one.setting): "), "\(process.errors)")
            #expect(process.errors.contains(one.detail), "\(process.errors)")
            #expect(!process.errors.contains("sesame") && !process.errors.contains("PRIVATE"))
        }
    }

    @Test func `the health check trusts the authority that it is given, and no other`()
        async throws
    {
        let server = try await TLSServer()
        let file = try server.folder.write("ca.pem", server.authority.pem)
        let url = "https://localhost:\(server.secure.port)"
        let folder = try TemporaryFolder()
        let trusting = try RunningProcess(
            ["healthcheck", "--url", url, "--ca-file", file],
            in: folder
        )
        #expect(try await trusting.ending() == .exit(0), "\(trusting.errors)")
        let strict = try RunningProcess(["healthcheck", "--url", url], in: folder)
        #expect(try await strict.ending() == .exit(1))
        let lost = try RunningProcess(
            ["healthcheck", "--url", url, "--ca-file", "none.pem"],
            in: folder
        )
        #expect(try await lost.ending() == .exit(1))
        #expect(lost.errors.contains("--ca-file: can't read none.pem"))
    }

    @Test func `a certificate without tls.listen makes listen speak TLS`() async throws {
        let folder = try TestCertificateFolder()
        let files = try folder.write(TestCertificate.authority().issue("only"))
        let data = try TemporaryFolder()
        let process = try RunningProcess(
            [
                "serve", "--listen", "127.0.0.1:0", "--listen", "unix:\(folder.path)/s",
                "--journal", "memory", "--tls-cert", files.certificate, "--tls-key", files.key,
            ],
            in: data
        )
        var port: UInt16?
        try await Wait.until("the server is ready") {
            let ready = process.output.firstMatch(of: /on https:\/\/127\.0\.0\.1:(\d+) and unix:/)
            port = ready.flatMap { UInt16($0.output.1) }
            return port != nil
        }
        let address = SocketAddress(host: "127.0.0.1", port: port ?? 0)
        #expect(try await TLSTestClient().connect(to: address).serverName == "only")
        // The sidecar's socket stays plain: its file's mode is its protection.
        let path = try #require(UnixSocketPath("unix:\(folder.path)/s"))
        let wire = WireConnection(over: try SocketPeer(connectingTo: path))
        try await wire.send("GET", "/livez", headers: [], body: [])
        #expect(try await wire.answer().status == 200)
        process.signal(SIGTERM)
        #expect(try await process.ending() == .exit(0))
        #expect(throws: SystemError.self) { try SocketPeer(connectingTo: path) }
    }
}
