import Platform
import Synchronization

@testable import bindery

/// What a command wrote, and how it ended.
final class Transcript: Sendable {
    private let content = Mutex((output: "", error: ""))

    /// What it answered.
    var output: String { content.withLock { $0.output } }
    /// What it reported.
    var error: String { content.withLock { $0.error } }

    /// Where a command writes to be read here.
    var console: Console {
        Console(
            output: { text in self.content.withLock { $0.output += text } },
            error: { text in self.content.withLock { $0.error += text } }
        )
    }

    /// Runs the program.
    static func of(
        _ arguments: [String],
        environment: [String: String] = [:]
    ) async -> (status: CommandStatus, output: String, error: String) {
        let transcript = Transcript()
        let status = await Program.run(
            arguments,
            environment: ProcessEnvironment(environment),
            console: transcript.console
        )
        return (status, transcript.output, transcript.error)
    }
}
