import Foundation
import Waiting

/// OpenSSL's own test server on a loopback port, with a certificate made for it.
final class TLSServer: Sendable {
    let port: UInt16
    /// The certificate, which signs itself: whoever trusts it trusts the server.
    let certificateFile: String

    private let folder: URL
    private let process: pid_t

    /// Starts a server whose certificate is good for `name`, such as `IP:127.0.0.1`.
    init(name: String) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let certificate = folder.appending(path: "certificate.pem").path
        let key = folder.appending(path: "key.pem").path
        let made =
            try Self.openssl(
                [
                    "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                    "-nodes",
                    "-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=test",
                    "-addext", "subjectAltName=\(name)",
                ],
                output: folder.appending(path: "made")
            )
            .finish()
        guard made == .exit(0) else { throw NotStarted() }
        let output = folder.appending(path: "output")
        process =
            try Self.openssl(
                ["s_server", "-accept", "127.0.0.1:0", "-www", "-cert", certificate, "-key", key],
                output: output
            )
            .run()
        port = try Self.port(in: output)
        certificateFile = certificate
        self.folder = folder
    }

    /// Ends the server and removes its files.
    func stop() throws {
        kill(process, SIGKILL)
        _ = try ProcessEnding(of: process, "the end of openssl s_server")
        try FileManager.default.removeItem(at: folder)
    }

    private static func openssl(_ arguments: [String], output: URL) throws -> Spawn {
        try Data().write(to: output)
        return Spawn(["/usr/bin/env", "openssl"] + arguments, output: output.path)
    }

    private struct NotStarted: Error {}

    /// The port in the line `ACCEPT 127.0.0.1:12345`, once it is written.
    private static func port(in output: URL) throws -> UInt16 {
        var previous = ""
        for _ in 0..<1_000 {
            let text = try String(contentsOf: output, encoding: .utf8)
            let line = text.split(separator: "\n").last { $0.hasPrefix("ACCEPT") }
            // The line has no end: it is whole when it grows no more.
            if text == previous, let last = line?.split(separator: ":").last,
                let port = UInt16(last)
            {
                return port
            }
            previous = text
            Thread.sleep(forTimeInterval: 0.02)
        }
        throw NotStarted()
    }
}
