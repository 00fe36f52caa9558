import HTTPServer
import HTTPWire
import JSON
import Synchronization

/// A provider that answers what it is told, and keeps what it was asked.
final class PlayedProvider: HTTPHandler {
    private struct State {
        var answer = JSONValue.null
        var isXML = false
        var last: HTTPRequest?
    }

    private let state = Mutex(State())

    /// Answers `answer` from now on, as JSON or XML, and forgets what it was asked.
    func play(_ answer: JSONValue, asXML isXML: Bool = false) {
        state.withLock { $0 = State(answer: answer, isXML: isXML) }
    }

    /// The last request since it was told what to answer; nil when none came.
    var received: HTTPRequest? { state.withLock { $0.last } }

    func handle(_ request: HTTPRequest) -> HTTPHandling {
        let (answer, isXML) = state.withLock { state in
            state.last = request
            return (state.answer, state.isXML)
        }
        if isXML, let text = PlayedXML.text(of: answer) {
            let type = HTTPField("Content-Type", "application/xml")
            return .answer(
                HTTPResponse(status: 200, headers: [type], body: .bytes(Array(text.utf8)))
            )
        }
        return .answer(Self.response(200, answer))
    }

    func refuse(_ refusal: HTTPRefusal) -> HTTPResponse {
        Self.response(refusal.status, ["error": .string(refusal.detail)])
    }

    private static func response(_ status: Int, _ json: JSONValue) -> HTTPResponse {
        HTTPResponse(
            status: status,
            headers: [HTTPField("Content-Type", "application/json")],
            body: .bytes(json.serialized())
        )
    }
}
