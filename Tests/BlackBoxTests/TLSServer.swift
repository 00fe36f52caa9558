import Foundation
import JSON
import Platform
import TLSTesting
import Waiting

/// `bindery serve` that speaks TLS on a free port, and plain HTTP on another.
final class TLSServer: Sendable {
    let folder: TestCertificateFolder
    let authority: TestCertificate
    private let data: TemporaryFolder
    let process: RunningProcess
    let plain: SocketAddress
    let secure: SocketAddress

    /// Starts it with a certificate for `localhost`, and waits until it is ready.
    init(
        data: TemporaryFolder? = nil,
        flags: (TestCertificateFolder) throws -> [String] = { _ in [] }
    ) async throws {
        (folder, self.data) = (try TestCertificateFolder(), try data ?? TemporaryFolder())
        authority = TestCertificate.authority()
        let files = try folder.write(authority.issue("first"))
        let all = [
            "serve", "--listen", "127.0.0.1:0", "--tls-listen", "127.0.0.1:0",
            "--data", self.data.path("data"),
            "--tls-cert", files.certificate, "--tls-key", files.key,
        ]
        process = try RunningProcess(
            all + flags(folder),
            variables: ["BINDERY_BOOTSTRAP_KEY": BinderyServer.bootstrapKey],
            in: self.data
        )
        (plain, secure) = try await Self.addresses(process)
    }

    private static func addresses(
        _ process: RunningProcess
    ) async throws -> (SocketAddress, SocketAddress) {
        var ports: [UInt16] = []
        try await Wait.until("the server is ready") {
            guard process.isRunning else { throw Missing(what: "the server: \(process.errors)") }
            let ready = process.output.firstMatch(
                of: /is ready on http:\/\/127\.0\.0\.1:(\d+) and https:\/\/127\.0\.0\.1:(\d+)/
            )
            ports = ready.map { [$0.output.1, $0.output.2].compactMap { UInt16($0) } } ?? []
            return ports.count == 2
        }
        let addresses = ports.map { SocketAddress(host: "127.0.0.1", port: $0) }
        return (addresses[0], addresses[1])
    }

    func client(certificate: TestCertificate? = nil) -> TLSTestClient {
        TLSTestClient { settings in
            settings.authority = authority
            settings.certificate = certificate
        }
    }

    /// Connects and shakes hands.
    func connect(certificate: TestCertificate? = nil) async throws -> TLSTestSocket {
        try await client(certificate: certificate).connect(to: secure)
    }

    /// Sends a request and reads its answer.
    func send(
        _ method: String,
        _ target: String,
        _ body: JSONValue? = nil,
        key: String? = nil,
        over socket: TLSTestSocket
    ) async throws -> WireAnswer {
        let wire = WireConnection(over: socket)
        var headers = key.map { ["Authorization: Bearer \($0)"] } ?? []
        if body != nil { headers.append("Content-Type: application/json") }
        try await wire.send(method, target, headers: headers, body: body?.serialized() ?? [])
        return try await wire.answer()
    }

    /// Waits until the server has told of the event as often as this.
    func waitFor(_ event: String, count: Int = 1) async throws {
        try await Wait.until(event) {
            process.errors.split(separator: "\n").count { $0.contains("\"\(event)\"") } >= count
        }
    }
}
