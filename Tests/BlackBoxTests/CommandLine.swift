import Foundation
import JSON

/// The program's client side, as a person or a pipeline calls it.
struct CommandLine {
    /// How a call ended, and what it wrote.
    struct Run {
        let ending: RunningProcess.Ending
        let output: String
        let errors: String

        /// The output as JSON.
        var json: JSONValue {
            get throws { try JSONValue(parsing: Array(output.utf8)) }
        }
    }

    let server: BinderyServer
    /// The folder of the files that are applied.
    let folder: TemporaryFolder
    /// The key that is called with.
    var key = BinderyServer.bootstrapKey

    init(_ server: BinderyServer) throws {
        self.server = server
        folder = try TemporaryFolder()
    }

    /// Runs a command against the server.
    func run(_ arguments: String...) async throws -> Run { try await run(arguments) }

    func run(_ arguments: [String]) async throws -> Run {
        let process = try RunningProcess(
            arguments + ["--server", "http://\(try server.address)"],
            variables: ["BINDERY_KEY": key],
            in: server.folder
        )
        let ending = try await process.ending()
        return Run(ending: ending, output: process.output, errors: process.errors)
    }

    /// Writes a file into a folder of the files that are applied; the folder's path.
    @discardableResult
    func write(_ name: String, _ text: String, in part: String = "set") throws -> String {
        let url = URL(filePath: folder.path(part)).appending(path: name)
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(),
            withIntermediateDirectories: true
        )
        try Data(text.utf8).write(to: url)
        return folder.path(part)
    }

    /// The files of a folder and what they hold, by their paths in it.
    func files(_ part: String) throws -> [String: String] {
        let root = folder.path(part)
        let names = FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String } ?? []
        var files: [String: String] = [:]
        for name in names where name.hasSuffix(".json") {
            files[name] = try String(contentsOfFile: "\(root)/\(name)", encoding: .utf8)
        }
        return files
    }
}
