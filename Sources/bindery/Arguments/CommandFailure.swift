/// Why a command ends without having done what was asked.
struct CommandFailure: Error, Sendable, Hashable {
    /// How the process ends.
    let status: CommandStatus
    /// What is wrong, a line each; empty when the command has said it already.
    let lines: [String]

    /// What was asked makes no sense.
    static func usage(_ lines: String...) -> CommandFailure {
        CommandFailure(status: .usage, lines: lines)
    }

    /// It makes sense and could not be done.
    static func failed(_ lines: String...) -> CommandFailure {
        CommandFailure(status: .failure, lines: lines)
    }
}
