import HTTPWire
import JSON

/// What a played provider does with a request.
struct DemoAnswer: Sendable {
    /// How the answer travels.
    enum Manner: Sendable, Hashable {
        /// As it should.
        case whole
        /// Not for a minute, longer than any caller waits.
        case never
        /// The connection ends within it.
        case broken
    }

    /// The status.
    var status: Int
    /// The body.
    var json: JSONValue
    /// Header fields beside the media type.
    var headers: [HTTPField] = []
    /// How it travels.
    var manner = Manner.whole

    /// How long an answer is kept back that never comes.
    static let silence = Duration.seconds(60)

    /// A success.
    init(_ json: JSONValue) { self.init(200, json) }

    /// An answer.
    init(_ status: Int, _ json: JSONValue) {
        self.status = status
        self.json = json
    }

    /// There is no such path.
    static let notFound = DemoAnswer(404, ["error": "not found"])
    /// No more objects are kept.
    static let full = DemoAnswer(507, ["error": "the demo provider keeps no more of these"])

    /// The answer as HTTP carries it.
    var response: HTTPResponse {
        let fields = [HTTPField("Content-Type", "application/json")] + headers
        return HTTPResponse(status: status, headers: fields, body: .bytes(json.serialized()))
    }
}
