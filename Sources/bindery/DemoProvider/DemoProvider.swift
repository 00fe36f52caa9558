import HTTPServer
import HTTPWire
import JSON
import Model
import Platform
import Synchronization

/// Plays the providers of the catalogue and a Vault, to show what Bindery does with them.
///
/// What it plays, endpoint by endpoint, stands in `docs/demo-provider.md`. Everything is in memory
/// and ends with the process; nothing of it is a part of the server.
final class DemoProvider: HTTPHandler {
    /// The most objects of each kind that are kept.
    static let objectCountMax = 10_000
    /// How every credential starts that the played providers take.
    static let credentialPrefix = "demo-"

    private struct World {
        var stripe = DemoStripe()
        var postmark = DemoPostmark()
        var gmail = DemoGmail()
        var qdrant = DemoQdrant()
    }

    private struct Cut: Error {}

    private let vault: DemoVault
    private let world = Mutex(World())

    /// A provider with a Vault of these secrets.
    init(vault: DemoVault) { self.vault = vault }

    /// Answers at once: all is in memory.
    func handle(_ request: HTTPRequest) -> HTTPHandling {
        let now = Timestamp(milliseconds: WallClock.milliseconds())
        guard let request = DemoRequest(request, now: now) else {
            return .answer(DemoAnswer(400, ["error": "the path or query is malformed"]).response)
        }
        let answer = answer(to: request)
        switch answer.manner {
        case .whole: return .answer(answer.response)
        case .broken: return .answer(Self.broken)
        case .never:
            return .suspended {
                do {
                    try await Task.sleep(for: DemoAnswer.silence)
                } catch {
                    // The process ends: there is no sense in waiting on.
                }
                return answer.response
            }
        }
    }

    /// Answers what the server core refused.
    func refuse(_ refusal: HTTPRefusal) -> HTTPResponse {
        DemoAnswer(refusal.status, ["error": .string(refusal.detail)]).response
    }

    /// The played answer.
    func answer(to request: DemoRequest) -> DemoAnswer {
        switch request.path.first {
        case "healthz" where request.path.count == 1 && request.method == .get:
            return DemoAnswer(["status": "ok"])
        case "v1":
            if DemoStripe.collections.contains(request.path.dropFirst().first ?? "") {
                return world.withLock { $0.stripe.answer(request) }
            }
            return vault.answer(request)
        case "email", "messages", "server": return world.withLock { $0.postmark.answer(request) }
        case "gmail": return world.withLock { $0.gmail.answer(request) }
        case "collections": return world.withLock { $0.qdrant.answer(request) }
        default: return .notFound
        }
    }

    /// An answer that promises a body, and ends before it.
    private static var broken: HTTPResponse {
        HTTPResponse(
            status: 200,
            headers: [HTTPField("Content-Type", "application/json")],
            body: .stream { _ in throw Cut() },
            closesConnection: true
        )
    }
}

extension String? {
    /// Whether it is a credential that the played providers take.
    var isDemoCredential: Bool { self?.hasPrefix(DemoProvider.credentialPrefix) ?? false }
}
