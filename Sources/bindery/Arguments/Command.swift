import Platform

/// One thing that the program does, as the command line names it.
struct Command: Sendable {
    /// What a command is run with.
    struct Call: Sendable {
        /// The flags.
        let arguments: CommandArguments
        /// The variables of the process.
        let environment: ProcessEnvironment
        /// Where it writes.
        let console: Console
    }

    /// The words that name it, such as `keys create`.
    let name: String
    /// What it does, in a few words for the list of commands.
    let summary: String
    /// What it does, in sentences.
    let details: String
    /// The words for the arguments that it takes without a flag, in their order, such as `DIR`; one
    /// in brackets may be left out, and a last one with `...` may be given several times.
    let operands: [String]
    /// The flags that it takes beside `--help`.
    let flags: [CommandFlag]
    /// How it ends when what was asked makes no sense.
    let usageStatus: CommandStatus
    /// Whether the list of commands leaves it out.
    let isHidden: Bool
    /// Does it.
    let run: @Sendable (Call) async throws(CommandFailure) -> Void

    /// A command.
    init(
        _ name: String,
        summary: String,
        details: String,
        operand: String? = nil,
        operands: [String] = [],
        flags: [CommandFlag] = [],
        usageStatus: CommandStatus = .usage,
        isHidden: Bool = false,
        run: @escaping @Sendable (Call) async throws(CommandFailure) -> Void
    ) {
        self.name = name
        self.summary = summary
        self.details = details
        self.operands = operand.map { [$0] } ?? operands
        self.flags = flags
        self.usageStatus = usageStatus
        self.isHidden = isHidden
        self.run = run
    }
}
