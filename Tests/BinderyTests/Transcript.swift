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
    var console: Console { console(Console.Terminals(), typing: nil, input: "") }

    /// The same, on terminals, with what is typed there and what comes in.
    func console(
        _ terminals: Console.Terminals,
        typing typed: String?,
        input: String
    ) -> Console {
        Console(
            output: { text in self.content.withLock { $0.output += text } },
            error: { text in self.content.withLock { $0.error += text } },
            typed: { typed },
            contents: { _ in Array(input.utf8) },
            terminals: terminals
        )
    }

    /// Runs the program.
    static func of(
        _ arguments: [String],
        environment: [String: String] = [:],
        terminals: Console.Terminals = Console.Terminals(),
        typing typed: String? = nil,
        input: String = ""
    ) async -> (status: CommandStatus, output: String, error: String) {
        let transcript = Transcript()
        let status = await Program.run(
            arguments,
            environment: ProcessEnvironment(environment),
            console: transcript.console(terminals, typing: typed, input: input)
        )
        return (status, transcript.output, transcript.error)
    }
}
