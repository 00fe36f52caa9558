import Foundation
import Glibc
import Synchronization
import Waiting

/// A process of the program, with what it writes in files.
final class RunningProcess: Sendable {
    typealias Ending = ProcessEnding

    private let id: pid_t
    private let outputPath: String
    private let errorPath: String
    private let ended = Mutex<Ending?>(nil)

    // Starts the program; of the variables of this process it has only what every program needs. Of
    // its files none grows beyond the limit: the system refuses it, as it does on a full disk.
    init(
        _ arguments: [String],
        of program: String = Binary.path,
        variables: [String: String] = [:],
        fileByteCountMax: Int? = nil,
        descriptorCountMax: Int? = nil,
        in folder: TemporaryFolder
    ) throws {
        let name = UUID().uuidString
        outputPath = try folder.write("\(name).out", "")
        errorPath = try folder.write("\(name).err", "")
        let limits =
            (fileByteCountMax.map { ["trap '' XFSZ", "ulimit -f \($0 / 512)"] } ?? [])
            + (descriptorCountMax.map { ["ulimit -n \($0)"] } ?? [])
        let command = (limits.isEmpty ? [program] : Self.limiting(limits)) + arguments
        let spawn = Spawn(command, variables: variables, output: outputPath, errors: errorPath)
        id = try spawn.run()
    }

    /// A shell that sets the limits, of files in blocks of 512 bytes, and becomes the program.
    private static func limiting(_ limits: [String]) -> [String] {
        let script = (limits + ["exec \"$0\" \"$@\""]).joined(separator: "; ")
        return ["/bin/sh", "-c", script, Binary.path]
    }

    deinit {
        if isRunning {
            kill(id, SIGKILL)
            waitpid(id, nil, 0)
        }
    }

    /// What it wrote for its caller.
    var output: String { Self.text(outputPath) }
    /// What it wrote for its operator.
    var errors: String { Self.text(errorPath) }
    var isRunning: Bool { reap() == nil }
    /// How many files and sockets it has open.
    var descriptorCount: Int {
        get throws { try FileManager.default.contentsOfDirectory(atPath: "/proc/\(id)/fd").count }
    }

    /// The most memory that it ever had, in bytes.
    var memoryByteCountMax: Int {
        let status = Self.text("/proc/\(id)/status")
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return (line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) << 10
    }

    func signal(_ number: Int32) { if isRunning { kill(id, number) } }

    /// Waits for its end.
    func ending() async throws -> Ending {
        try await Wait.until("the process ends") { !isRunning }
        guard let ending = reap() else { throw Missing(what: "the process's end") }
        return ending
    }

    /// How it ended; nil while it runs.
    private func reap() -> Ending? {
        ended.withLock { ended in
            if ended == nil { ended = ProcessEnding(of: id) }
            return ended
        }
    }

    private static func text(_ path: String) -> String {
        FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
}
