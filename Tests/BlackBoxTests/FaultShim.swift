import Foundation
import Waiting

/// A disk that fails when a test says so: `scripts/fault-shim.c`, loaded into the server.
final class FaultShim: Sendable {
    /// Builds it once for all tests; the C compiler is there wherever Swift is built.
    private static let library: String? = {
        // Beside the program of the tests, where a later run replaces it.
        let path = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
            .deletingLastPathComponent()
            .appending(path: "fault-shim.so").path
        let script =
            "exec \"$(command -v gcc || command -v clang)\" -shared -fPIC -O1 -o \"$0\" \"$1\" -ldl"
        let spawn = Spawn(
            ["/bin/sh", "-c", script, path, Repository.path("scripts/fault-shim.c")]
        )
        do {
            return try spawn.finish() == .exit(0) ? path : nil
        } catch {
            return nil
        }
    }()

    private let rulePath: String
    private let concerned: String

    /// Calls on files whose paths contain `concerned` may fail.
    init(in folder: TemporaryFolder, files concerned: String) throws {
        self.concerned = concerned
        rulePath = try folder.write("fault", "")
    }

    /// The variables that put it into a server.
    func variables() throws -> [String: String] {
        guard let library = Self.library else { throw Missing(what: "gcc or clang") }
        return [
            "BINDERY_BOOTSTRAP_KEY": BinderyServer.bootstrapKey, "LD_PRELOAD": library,
            "FAULT_FILE": rulePath, "FAULT_PATH": concerned,
        ]
    }

    /// From now on this goes wrong; empty for nothing.
    func set(_ rule: String) throws {
        // By a rename, so that the server reads the old rule or the new one.
        try Data(rule.utf8).write(to: URL(filePath: rulePath), options: .atomic)
    }

    /// A server on such a disk.
    static func server(
        files concerned: String,
        flags: [String] = []
    ) throws -> (BinderyServer, FaultShim) {
        let folder = try TemporaryFolder()
        let shim = try FaultShim(in: folder, files: concerned)
        let server = BinderyServer(in: folder, flags: flags, variables: try shim.variables())
        return (server, shim)
    }
}
