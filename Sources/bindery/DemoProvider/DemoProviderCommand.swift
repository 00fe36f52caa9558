import HTTPServer
import JSON
import Platform

/// `bindery demo-provider`: plays the providers of the catalogue on this machine.
enum DemoProviderCommand {
    /// The largest file of secrets, in bytes.
    private static let secretsByteCountMax = 1 << 20
    /// The most connections; a demonstration needs few.
    private static let peerCountMax = 256

    static let command = Command(
        "demo-provider",
        summary: "plays Stripe, Postmark, Gmail, Qdrant and a Vault on this machine",
        details:
            "Plays the providers of the catalogue and a Vault, in memory, to show what Bindery "
            + "does with them: docs/demo-provider.md lists what it answers. Takes every credential "
            + "that starts with demo-. Ends with SIGTERM, and forgets all.",
        flags: [
            CommandFlag(
                "--listen",
                "HOST:PORT",
                help: "The loopback address to listen on. [default: 127.0.0.1:9090]"
            ),
            CommandFlag(
                "--vault-secrets",
                "FILE",
                help: "A JSON object from path to fields: what the Vault keeps. [default: the key "
                    + "of conn_stripe_acme_prod]"
            ),
            CommandFlag(
                "--vault-token-file",
                "FILE",
                help: "The file with the token that may read the Vault; made, with a random token, "
                    + "when it is missing. Without it nobody may read."
            ),
        ]
    ) { (call) async throws(CommandFailure) in
        try await run(call)
    }

    private static func run(_ call: Command.Call) async throws(CommandFailure) {
        let address = try address(call.arguments.value(of: "--listen") ?? "127.0.0.1:9090")
        let secrets = try call.arguments.value(of: "--vault-secrets")
            .map { (path) throws(CommandFailure) in try Self.secrets(inFile: path) }
        let token = try call.arguments.value(of: "--vault-token-file")
            .map { (path) throws(CommandFailure) in try DemoVaultToken.read(path) }
        let vault = DemoVault(secrets: secrets ?? DemoVault.exampleSecrets, token: token)
        var configuration = ServerConfiguration(address: address)
        configuration.peerCountMax = peerCountMax
        configuration.loopCount = 1
        let server = HTTPServer(configuration: configuration, handler: DemoProvider(vault: vault))
        let ends = ShutdownSignal()
        let bound: [SocketAddress]
        do {
            bound = try server.start()
        } catch {
            throw .failed(error.message)
        }
        for address in bound { call.console.answer("demo provider: http://\(address)") }
        // What it keeps back on purpose is not waited for.
        await ends.first()
    }

    private static func address(_ text: String) throws(CommandFailure) -> SocketAddress {
        guard let address = SocketAddress(text) else {
            throw .usage("--listen: must be HOST:PORT, an IPv6 address in brackets")
        }
        guard ["localhost", "::1"].contains(address.host) || address.host.hasPrefix("127.") else {
            throw .usage("--listen: must be a loopback address: what it plays is for this machine")
        }
        return address
    }

    private static func secrets(inFile path: String) throws(CommandFailure) -> JSONObject {
        let bytes: [UInt8]
        do {
            bytes = try File.contents(of: path, byteCountMax: secretsByteCountMax)
        } catch {
            throw .usage("--vault-secrets: \(error.message)")
        }
        let json: JSONValue
        do {
            json = try JSONValue(parsing: bytes)
        } catch {
            throw .usage("\(path)#\(error.pointer.text): byte \(error.offset): \(error.detail)")
        }
        guard let object = json.object, object.members.allSatisfy({ $0.value.object != nil }) else {
            throw .usage("\(path): must be an object from path to an object of fields")
        }
        return object
    }
}
