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
    var answerByteCountMax = 16 << 20

    /// What is sent along.
    struct Body: Sendable {
        /// The media type.
        let type: String
        /// The content.
        let bytes: [UInt8]

        /// A document.
        static func json(_ value: JSONValue) -> Body {
            Body(type: "application/json", bytes: value.serialized())
        }
    }

    /// What was answered.
    struct Answer: Sendable {
        /// The status.
        let status: Int
        /// The body as JSON; nil when it is something else.
        let json: JSONValue?
        /// The body.
        let bytes: [UInt8]

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
        body: Body? = nil,
        headers: [OutboundHeader] = []
    ) async throws(CommandFailure) -> Answer {
        let client = try client()
        do {
            return try await client.send(request(method, path, key, body, headers)).answer
        } catch {
            var lines = ["\(method) \(path): \(error.detail)"]
            if method != "GET", error.mayHaveReachedServer {
                lines.append("the server may have done it, as a whole or not at all: look first")
            }
            throw CommandFailure(status: .failure, lines: lines)
        }
    }

    private func request(
        _ method: String,
        _ path: String,
        _ key: String?,
        _ body: Body?,
        _ headers: [OutboundHeader]
    ) -> OutboundRequest {
        var headers = headers
        if let key { headers.append(OutboundHeader("Authorization", "Bearer \(key)")) }
        if let body { headers.append(OutboundHeader("Content-Type", body.type)) }
        return OutboundRequest(
            for: .commandLine,
            method: method,
            url: server.text + path,
            headers: headers + [OutboundHeader("Accept", "application/json, */*;q=0.1")],
            body: body?.bytes,
            timeout: timeout,
            connectTimeout: min(timeout, .seconds(10)),
            responseByteCountMax: answerByteCountMax
        )
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
}

extension OutboundResponse {
    /// The answer of a server of ours.
    fileprivate var answer: APIClient.Answer {
        do {
            let isLines = header("content-type") == "application/x-ndjson"
            let json = isLines ? nil : try JSONValue(parsing: body)
            return APIClient.Answer(status: status, json: json, bytes: body)
        } catch {
            // Not every answer is JSON; who expects it finds nil.
            return APIClient.Answer(status: status, json: nil, bytes: body)
        }
    }
}
