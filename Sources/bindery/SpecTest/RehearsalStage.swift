import Audit
import Execution
import HTTPServer
import HTTPWire
import JSON
import Model
import Outbound
import Platform
import Secrets

/// Where specs are rehearsed: a played provider on a loopback port, and the executor that serves.
///
/// Nothing else can be reached from it.
final class RehearsalStage: Sendable {
    private static let peerCountMax = 16

    let provider: PlayedProvider
    let secrets = RehearsalSecrets()
    let executor: Executor
    let health: HealthChecker
    /// The start of the provider's URLs, such as `http://127.0.0.1:40123`.
    let origin: String
    private let server: HTTPServer

    private init(_ parts: Parts) {
        provider = parts.provider
        server = parts.server
        origin = parts.origin
        let keeper = SecretKeeper(secrets, for: .file)
        executor = Executor(outbound: parts.client, secrets: keeper, audit: parts.trail)
        health = HealthChecker(outbound: parts.client, secrets: keeper, audit: parts.trail)
    }

    private struct Parts {
        let provider = PlayedProvider()
        let server: HTTPServer
        let origin: String
        let trail: AuditTrail
        let client: OutboundClient

        init() async throws {
            var configuration = ServerConfiguration(
                address: SocketAddress(host: "127.0.0.1", port: 0)
            )
            configuration.peerCountMax = peerCountMax
            configuration.loopCount = 1
            configuration.deadlines.drainIdle = .milliseconds(1)
            server = HTTPServer(configuration: configuration, handler: provider)
            let port = try server.start().first?.port ?? 0
            origin = "http://127.0.0.1:\(port)"
            trail = try await AuditTrail.open(AuditTrail.Configuration())
            let loopback = try AddressRange("127.0.0.1/32")
            client = try OutboundClient(
                OutboundConfiguration(addressPolicy: AddressPolicy(allow: [loopback]))
            )
        }
    }

    /// A stage whose provider listens.
    static func open() async throws(CommandFailure) -> RehearsalStage {
        do {
            return RehearsalStage(try await Parts())
        } catch let error as SystemError {
            throw .failed(error.message)
        } catch {
            throw .failed("the provider cannot be played: \(error)")
        }
    }

    /// Ends the provider.
    func close() async { await server.drain() }
}
