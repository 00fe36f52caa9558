import Commands
import Model
import Platform
import Testing

@testable import bindery

@Suite struct TLSSettingsTests {
    @Test func `the file is read whole`() throws {
        let settings = try Reading.settings(
            """
            {"listen": ["127.0.0.1:8080", "unix:/run/bindery.sock"], "unixMode": "0600",
             "tls": {"listen": "0.0.0.0:8443", "cert": "a.pem", "key": "a.key",
                     "certificates": [{"cert": "b.pem", "key": "b.key"}],
                     "clientCA": "ca.pem", "clientAuth": "optional", "handshakeMs": 500},
             "auth": {"clientCertificates": [{"subject": "CN=a,O=b", "keyId": "k1"},
                                             {"san": "DNS:A.example", "keyId": "k2"}]}}
            """
        )
        #expect(settings.listen.map(\.description) == ["127.0.0.1:8080", "unix:/run/bindery.sock"])
        #expect(settings.unixMode == 0o600)
        #expect(settings.tls.listen == [SocketAddress(host: "0.0.0.0", port: 8443)])
        #expect(settings.tls.certificateFile == "a.pem" && settings.tls.keyFile == "a.key")
        #expect(settings.tls.certificates == [.init(certificate: "b.pem", key: "b.key")])
        #expect(settings.tls.clientAuthorityFile == "ca.pem")
        #expect(settings.tls.clientAuthentication == .optional)
        #expect(settings.tls.handshake == .milliseconds(500))
        let marks = settings.clientCertificates.map(\.mark)
        #expect(marks == [.subject("CN=a,O=b"), .name("DNS:a.example")])
        #expect(settings.clientCertificates.map(\.credential.text) == ["k1", "k2"])
    }

    @Test func `lists of objects are the same JSON in flags and variables`() throws {
        let digest = String(repeating: "AB:", count: 31) + "AB"
        let settings = try Reading.settings(
            nil,
            ["BINDERY_AUTH_CLIENT_CERTIFICATES": #"[{"fingerprint": "\#(digest)", "keyId": "k"}]"#],
            [
                "--tls-cert", "a", "--tls-key", "b", "--tls-client-ca", "c",
                "--tls-client-auth=required", "--tls-certificates", #"[{"cert":"d","key":"e"}]"#,
            ]
        )
        let expected = String(repeating: "ab", count: 32)
        #expect(settings.clientCertificates.map(\.mark) == [.fingerprint(expected)])
        #expect(settings.tls.certificates == [.init(certificate: "d", key: "e")])
    }

    @Test(arguments: [
        (["--tls-cert=a"], "--tls-cert: tls.cert needs tls.key beside it"),
        (["--tls-key=a"], "--tls-key: tls.key needs tls.cert beside it"),
        (["--tls-listen=127.0.0.1:1"], "--tls-listen: tls.listen needs tls.cert beside it"),
        (
            ["--tls-cert=a", "--tls-key=b", "--tls-client-auth=required"],
            "--tls-client-auth: tls.clientAuth needs tls.clientCA beside it"
        ),
        (
            ["--tls-cert=a", "--tls-key=b", "--tls-client-ca=c"],
            "--tls-client-ca: tls.clientCA needs tls.clientAuth beside it"
        ),
        (
            [#"--auth-client-certificates=[{"subject":"CN=a","keyId":"k"}]"#],
            "--auth-client-certificates: auth.clientCertificates needs tls.clientAuth beside it"
        ),
        (["--listen="], "--listen: listen needs tls.listen beside it"),
        (
            ["--listen=unix:/a", "--tls-cert=a", "--tls-key=b"],
            "--tls-cert: tls.cert needs tls.listen beside it"
        ),
    ])
    func `what one setting needs of another is said`(_ flags: [String], _ line: String) {
        #expect(Reading.problems(nil, [:], flags) == [line])
    }

    @Test(arguments: [
        ("--tls-client-auth", "maybe"), ("--unix-mode", "0888"), ("--unix-mode", "01777"),
        ("--listen", "unix:relative"), ("--tls-listen", "unix:/run/s"),
        ("--listen", "unix:/" + String(repeating: "a", count: 107)),
        ("--tls-certificates", "a.pem:a.key"), ("--tls-certificates", #"[{"cert":"a"}]"#),
        ("--tls-certificates", #"[{"cert":"a","key":"b","c":"d"}]"#),
        ("--auth-client-certificates", #"[{"subject":"a","san":"DNS:b","keyId":"k"}]"#),
        ("--auth-client-certificates", #"[{"subject":"a"}]"#),
        ("--auth-client-certificates", #"[{"san":"b.example","keyId":"k"}]"#),
        ("--auth-client-certificates", #"[{"fingerprint":"abcd","keyId":"k"}]"#),
        ("--auth-client-certificates", #"[{"subject":7,"keyId":"k"}]"#),
    ])
    func `a value that cannot be meant is refused`(_ flag: String, _ value: String) {
        let problems = Reading.problems(nil, [:], [flag, value])
        #expect(problems.count == 1 && problems.first?.hasPrefix(flag) == true, "\(problems)")
    }

    @Test(arguments: [
        (["BINDERY_LISTEN": "0.0.0.0:8443"], "http://127.0.0.1:8443"),
        (["BINDERY_LISTEN": "unix:/s,0.0.0.0:81"], "http://127.0.0.1:81"),
        (["BINDERY_LISTEN": "0.0.0.0:8443", "BINDERY_TLS_CERT": "a"], "https://127.0.0.1:8443"),
        (
            ["BINDERY_LISTEN": "[::]:80", "BINDERY_TLS_CERT": "a", "BINDERY_TLS_LISTEN": ":1"],
            "http://[::1]:80"
        ),
    ])
    func `the health check asks where the variables say`(
        _ variables: [String: String],
        _ url: String
    ) {
        #expect(HealthCheckCommand.defaultURL(ProcessEnvironment(variables)) == url)
    }
}
