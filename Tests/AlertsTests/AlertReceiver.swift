import HTTPServer
import HTTPWire
import Platform
import Synchronization
import Waiting

/// An endpoint on a loopback port, which answers each request as its script says.
final class AlertReceiver: HTTPHandler {
    /// What is done about a request.
    enum Step: Sendable {
        case status(Int)
        case redirect(String)
        /// Asks to be left alone.
        case busy(Int, retryAfter: String)
        /// Answers when the test lets it, or never.
        case hang
    }

    private struct Content {
        var requests: [HTTPRequest] = []
        var steps: [Step]
        var isReleased = false
    }

    private let content: Mutex<Content>
    private let server = Mutex<HTTPServer?>(nil)
    private let address = Mutex("")

    /// An endpoint that answers by these steps, and by the last of them from then on.
    static func start(_ steps: Step...) throws -> AlertReceiver {
        let receiver = AlertReceiver(steps)
        let configuration = ServerConfiguration(
            address: SocketAddress(host: "127.0.0.1", port: 0)
        )
        let server = HTTPServer(configuration: configuration, handler: receiver)
        let port = try server.start().first?.port ?? 0
        receiver.server.withLock { $0 = server }
        receiver.address.withLock { $0 = "http://127.0.0.1:\(port)" }
        return receiver
    }

    private init(_ steps: [Step]) { content = Mutex(Content(steps: steps)) }

    var url: String { address.withLock { $0 } + "/hook" }
    var requests: [HTTPRequest] { content.withLock { $0.requests } }

    /// Waits until so many requests have come.
    func received(_ count: Int) async throws {
        try await Wait.until("\(count) requests") { requests.count >= count }
    }

    func stop() async {
        content.withLock { $0.isReleased = true }
        let server = server.withLock { $0 }
        await server?.drain()
    }

    func handle(_ request: HTTPRequest) -> HTTPHandling {
        let step = content.withLock { content in
            content.requests.append(request)
            return content.steps.count > 1 ? content.steps.removeFirst() : content.steps[0]
        }
        switch step {
        case .status(let status): return .answer(HTTPResponse(status: status))
        case .redirect(let url):
            let headers = [HTTPField("Location", url)]
            return .answer(HTTPResponse(status: 307, headers: headers))
        case .busy(let status, let wait):
            let headers = [HTTPField("Retry-After", wait)]
            return .answer(HTTPResponse(status: status, headers: headers))
        case .hang:
            return .suspended {
                while !self.content.withLock({ $0.isReleased }) {
                    do {
                        try await Task.sleep(for: .milliseconds(5))
                    } catch {
                        break
                    }
                }
                return HTTPResponse(status: 200)
            }
        }
    }

    func refuse(_ refusal: HTTPRefusal) -> HTTPResponse { HTTPResponse(status: 400) }
}
