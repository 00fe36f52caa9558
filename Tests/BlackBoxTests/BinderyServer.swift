import Glibc
import JSON
import Platform
import Synchronization
import Waiting

/// `bindery serve` on a free port, over a data folder that outlives the process.
final class BinderyServer: Sendable {
    static let bootstrapKey = "bootstrap-key-for-blackbox-0123456789abcdef"

    /// The folder of the data, the settings and the logs.
    let folder: TemporaryFolder
    /// What the server keeps.
    let dataFolder: String
    private let flags: [String]
    private let variables: [String: String]
    private let running = Mutex<(process: RunningProcess, address: SocketAddress)?>(nil)
    private let heard = Mutex<(logs: [String], answers: [WireAnswer])>(([], []))

    /// A server that is not started yet.
    init(
        in folder: TemporaryFolder,
        dataFolder: String = "data",
        flags: [String] = ["--outbound-allow", "127.0.0.0/8"],
        variables: [String: String] = [
            "BINDERY_BOOTSTRAP_KEY": BinderyServer.bootstrapKey,
            "BINDERY_SECRET_A": "{\"apiKey\":\"key-of-the-provider\"}",
        ]
    ) {
        (self.folder, self.flags, self.variables) = (folder, flags, variables)
        self.dataFolder = folder.path(dataFolder)
    }

    /// A server that is ready.
    static func started(
        flags: [String] = [],
        secrets: [String: String] = ["BINDERY_SECRET_A": "{\"apiKey\":\"key-of-the-provider\"}"]
    ) async throws -> BinderyServer {
        let server = BinderyServer(
            in: try TemporaryFolder(),
            flags: ["--outbound-allow", "127.0.0.0/8"] + flags,
            variables: ["BINDERY_BOOTSTRAP_KEY": bootstrapKey].merging(secrets) { own, _ in own }
        )
        try await server.start()
        return server
    }

    /// Everything that the server's processes wrote.
    var log: String {
        let old = heard.withLock { $0.logs }
        let process = running.withLock { $0?.process }
        return (old + [process?.output ?? "", process?.errors ?? ""]).joined()
    }
    /// Everything that was answered.
    var answers: [WireAnswer] { heard.withLock { $0.answers } }

    /// A process on the data folder, which need not get ready.
    func launch(
        fileByteCountMax: Int? = nil,
        descriptorCountMax: Int? = nil
    ) throws -> RunningProcess {
        var arguments = ["serve", "--listen", "127.0.0.1:0", "--data", dataFolder]
        // No test's provider is called by chance; those of background checks switch them on.
        if !flags.contains("--health-scheduler") { arguments += ["--health-scheduler", "false"] }
        return try RunningProcess(
            arguments + flags,
            variables: variables,
            fileByteCountMax: fileByteCountMax,
            descriptorCountMax: descriptorCountMax,
            in: folder
        )
    }

    /// Starts a process, and waits until it is ready.
    func start(fileByteCountMax: Int? = nil, descriptorCountMax: Int? = nil) async throws {
        let process = try launch(
            fileByteCountMax: fileByteCountMax,
            descriptorCountMax: descriptorCountMax
        )
        var port: UInt16?
        try await Wait.until("the server is ready") {
            guard process.isRunning else { throw Missing(what: "the server: \(process.errors)") }
            let match = process.output.firstMatch(of: /is ready on http:\/\/127\.0\.0\.1:(\d+)/)
            port = match.flatMap { UInt16($0.output.1) }
            return port != nil
        }
        let address = SocketAddress(host: "127.0.0.1", port: port ?? 0)
        running.withLock { $0 = (process, address) }
    }

    /// The process, which must run.
    var process: RunningProcess {
        get throws { try current().process }
    }

    /// Where it listens, while it runs.
    var address: SocketAddress {
        get throws { try current().address }
    }

    private func current() throws -> (process: RunningProcess, address: SocketAddress) {
        guard let current = running.withLock({ $0 }) else {
            throw Missing(what: "a started server")
        }
        return current
    }

    /// Ends the process with a signal, and waits for its end.
    @discardableResult
    func end(_ signal: Int32) async throws -> RunningProcess.Ending {
        let process = try process
        process.signal(signal)
        let ending = try await process.ending()
        heard.withLock { $0.logs += [process.output, process.errors] }
        running.withLock { $0 = nil }
        return ending
    }

    /// Ends the process in order and starts another one.
    func restart() async throws -> RunningProcess.Ending {
        let ending = try await end(SIGTERM)
        try await start()
        return ending
    }

    /// A bare socket to the server, for bytes that are no request.
    func connectSocket() throws -> SocketPeer { try SocketPeer(connectingTo: current().address) }

    /// The value of a metric, with its labels; 0 when it is not there.
    func metric(_ name: String) async throws -> Int {
        let text = try await must("GET", "/metrics").text
        let line = text.split(separator: "\n").first { $0.hasPrefix(name + " ") }
        return line.flatMap { Int($0.dropFirst(name.utf8.count + 1)) } ?? 0
    }

    /// A new connection.
    func connect() throws -> WireConnection { try WireConnection(current().address) }

    /// Sends a request on a connection of its own, or on the one given.
    func send(
        _ method: String,
        _ target: String,
        _ body: JSONValue? = nil,
        headers: [String] = [],
        key: String? = BinderyServer.bootstrapKey,
        on connection: WireConnection? = nil
    ) async throws -> WireAnswer {
        let connection = try connection ?? connect()
        var headers = headers
        if body != nil { headers.append("Content-Type: application/json") }
        if let key { headers.append("Authorization: Bearer \(key)") }
        let bytes = body?.serialized() ?? []
        try await connection.send(method, target, headers: headers, body: bytes)
        let answer = try await connection.answer()
        heard.withLock { $0.answers.append(answer) }
        return answer
    }

    /// Sends a request that must succeed.
    @discardableResult
    func must(
        _ method: String,
        _ target: String,
        _ body: JSONValue? = nil
    ) async throws
        -> WireAnswer
    {
        let answer = try await send(method, target, body)
        guard answer.status < 300 else { throw Missing(what: "\(method) \(target): \(answer)") }
        return answer
    }
}
