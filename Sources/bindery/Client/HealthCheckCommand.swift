import Platform

/// `bindery healthcheck`: asks a server whether it serves, for a container's health check.
enum HealthCheckCommand {
    static let command = Command(
        "healthcheck",
        summary: "asks a server whether it is ready",
        details:
            "Asks a running server whether it is ready, or with --live whether it runs at all. "
            + "Ends with 0 when it is, else with 1.",
        flags: [
            CommandFlag(
                "--url",
                "URL",
                help: "The server's address. [default: where BINDERY_LISTEN says, https when "
                    + "BINDERY_TLS_CERT is set and BINDERY_TLS_LISTEN is not, or "
                    + "http://127.0.0.1:8080]"
            ),
            APIClient.caFileFlag,
            CommandFlag("--live", help: "Asks /livez instead of /readyz."),
            CommandFlag(
                "--timeout-ms",
                "N",
                help: "How long the answer may take, in milliseconds. [default: 3000]"
            ),
        ]
    ) { (call) async throws(CommandFailure) in
        var client = try APIClient(
            call.arguments.value(of: "--url") ?? defaultURL(call.environment),
            flag: "--url",
            caFile: call.arguments.value(of: APIClient.caFileFlag.name)
        )
        client.timeout = try timeout(call.arguments)
        let path = call.arguments.isGiven("--live") ? "/livez" : "/readyz"
        let answer = try await client.send("GET", path)
        guard answer.status == 200 else {
            throw .failed("\(client.server.text)\(path) answered \(answer.status)")
        }
        call.console.answer("\(client.server.text)\(path) answered 200")
    }

    /// Where the server listens: a container says it by a variable, which its check sees as well.
    static func defaultURL(_ environment: ProcessEnvironment) -> String {
        let listen = environment.text(of: "BINDERY_LISTEN")?.split(separator: ",") ?? []
        let addresses = listen.compactMap { ListenAddress(String($0))?.internet }
        let isSecure =
            environment.names.contains("BINDERY_TLS_CERT")
            && !environment.names.contains("BINDERY_TLS_LISTEN")
        let scheme = isSecure ? "https" : "http"
        guard let address = addresses.first else { return "\(scheme)://127.0.0.1:8080" }
        // A server on every address is asked on the loopback one.
        let loopback = ["0.0.0.0": "127.0.0.1", "::": "::1"]
        let host = loopback[address.host] ?? address.host
        return "\(scheme)://\(SocketAddress(host: host, port: address.port))"
    }

    private static func timeout(_ arguments: CommandArguments) throws(CommandFailure) -> Duration {
        guard let text = arguments.value(of: "--timeout-ms") else { return .milliseconds(3000) }
        do {
            return try SettingFormat<Duration>.milliseconds(1...60_000).fromText(text)
        } catch {
            throw .usage("--timeout-ms \(error.detail)")
        }
    }
}
