import JSON
import Outbound

/// Calls a server's API from the command line.
struct APIClient: Sendable {
    /// The server.
    let server: ServerURL
    /// How long a call may take.
    var timeout = Duration.seconds(30)
    /// A file of authorities that are trusted beside the system's; nil for none.
    var caFile: String?
    /// The flag that names it.
    static let caFileFlag = CommandFlag(
        "--ca-file",
        "FILE",
        help: "Certificate authorities, in PEM, that an https server may have its certificate of."
    )
    /// The largest answer, in bytes.
    static let answerByteCountMax = 16 << 20

    /// What was answered.
    struct Answer: Sendable {
        /// The status.
        let status: Int
        /// The body as JSON; nil when it is something else.
        let json: JSONValue?
        /// The body.
        let text: String

        /// Whether it is a success.
        var isSuccess: Bool { (200...299).contains(status) }
    }

    /// Reads the address of a server as a flag gives it.
    init(_ url: String, flag: String, caFile: String? = nil) throws(CommandFailure) {
        guard let server = ServerURL(url) else {
            throw .usage("\(flag): must be an http or https URL without user, query and fragment")
        }
        self.server = server
        self.caFile = caFile
    }

    /// Sends a request; any status is an answer.
    ///
    /// The path is what follows the server's address, already percent-encoded; what is open to
    /// anyone needs no key. A failure names the server and what went wrong.
    func send(
        _ method: String,
        _ path: String,
        key: String? = nil,
        body: JSONValue? = nil
    ) async throws(CommandFailure) -> Answer {
        var headers = [OutboundHeader("Accept", "application/json")]
        if let key { headers.append(OutboundHeader("Authorization", "Bearer \(key)")) }
        if body != nil { headers.append(OutboundHeader("Content-Type", "application/json")) }
        let request = OutboundRequest(
            method: method,
            url: server.text + path,
            headers: headers,
            body: body?.serialized(),
            timeout: timeout,
            connectTimeout: min(timeout, .seconds(10)),
            responseByteCountMax: Self.answerByteCountMax
        )
        let client = try client()
        let response: OutboundResponse
        do {
            response = try await client.send(request)
        } catch {
            throw .failed("\(method) \(path): \(error.detail)")
        }
        return Self.answer(response)
    }

    /// The operator wrote the address, so that every one is good, private ones included.
    private func client() throws(CommandFailure) -> OutboundClient {
        do {
            return try OutboundClient(
                OutboundConfiguration(
                    addressPolicy: .unrestricted,
                    caFile: caFile,
                    inFlightCountMax: 1,
                    waitingCountMax: 0,
                    idleConnectionCountMax: 1,
                    userAgent: "bindery/\(Version.text)"
                )
            )
        } catch .caFileUnreadable(let path) {
            throw .failed("\(Self.caFileFlag.name): can't read \(path)")
        } catch {
            throw .failed("the HTTP client can't start: \(error)")
        }
    }

    private static func answer(_ response: OutboundResponse) -> Answer {
        let text = String(decoding: response.body, as: UTF8.self)
        do {
            let json = try JSONValue(parsing: response.body)
            return Answer(status: response.status, json: json, text: text)
        } catch {
            // Not every answer is JSON; who expects it finds nil.
            return Answer(status: response.status, json: nil, text: text)
        }
    }
}

extension APIClient.Answer {
    /// The refusal in lines: the problem's code and detail, and each of its errors (RFC 9457).
    var refusal: CommandFailure {
        guard let json, let code = json["code"]?.string else {
            return .failed("the server answered \(status)")
        }
        let detail = json["detail"]?.string ?? json["title"]?.string ?? ""
        let errors = (json["errors"]?.array ?? [])
            .map { error in
                let pointer = error["pointer"]?.string ?? ""
                let words = error["detail"]?.string ?? ""
                let suggestion = error["suggestion"]?.string.map { " (\($0))" } ?? ""
                return "#\(pointer) \(error["code"]?.string ?? "") \(words)\(suggestion)"
            }
        return CommandFailure(status: .failure, lines: ["\(status) \(code): \(detail)"] + errors)
    }
}
