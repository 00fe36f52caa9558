import JSON
import Outbound
import Platform

/// A server and the key to call it with, as the flags of a command say.
struct ServerAccess: Sendable {
    /// Where a server is unless said otherwise.
    static let defaultServer = "http://127.0.0.1:8080"

    /// The flags that say it.
    static let flags =
        [
            CommandFlag(
                "--server",
                "URL",
                help: "The server's address. [default: \(defaultServer)]"
            ),
            APIClient.caFileFlag,
        ] + KeySource.flags

    /// Calls the server.
    var client: APIClient
    private let key: String

    /// Reads the flags; says so when the key would go over the network for all to read.
    ///
    /// - Throws: A usage failure that names the flag.
    init(_ call: Command.Call) throws(CommandFailure) {
        client = try APIClient(
            call.arguments.value(of: "--server") ?? Self.defaultServer,
            flag: "--server",
            caFile: call.arguments.value(of: APIClient.caFileFlag.name)
        )
        key = try KeySource.read(call)
        if !client.server.isSecure, !client.server.isLoopback {
            call.console.report("bindery: the key goes over the network unencrypted: use https")
        }
    }

    /// Sends a request; any status is an answer.
    func send(
        _ method: String,
        _ path: String,
        body: APIClient.Body? = nil,
        headers: [OutboundHeader] = []
    ) async throws(CommandFailure) -> APIClient.Answer {
        try await client.send(method, path, key: key, body: body, headers: headers)
    }

    /// Sends a request that must be answered with JSON; a refusal is a failure in its words.
    func ask(
        _ method: String,
        _ path: String,
        _ body: JSONValue? = nil
    ) async throws(CommandFailure) -> JSONValue {
        let answer = try await send(method, path, body: body.map { .json($0) })
        guard answer.isSuccess else { throw answer.refusal }
        guard let json = answer.json else {
            throw .failed("\(method) \(path): the answer is no JSON: is this a Bindery server?")
        }
        return json
    }
}
