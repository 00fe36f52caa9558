import Model
import Platform

/// The program: finds the command that was asked for and runs it.
enum Program {
    /// Every command, in the order of the help.
    static let commands: [Command] = [
        ServeCommand.command, DemoProviderCommand.command, KeysCreateCommand.command,
        CheckCommand.command, SpecTestCommand.command, DiffCommand.command, ApplyCommand.command,
        ExportCommand.command,
        ImportCommand.command,
        GetCommand.command, VersionsCommand.command, ResolveCommand.command, ExplainCommand.command,
        ReachCommand.command,
        ExecuteCommand.command, ConfigStepCommand.validate, ConfigStepCommand.preview,
        ConfigStepCommand.publish, ConfigStepCommand.archive, PromoteCommand.command,
        RollbackCommand.command, UpgradePlanCommand.command, UpgradeRunCommand.command,
        LedgerVerifyCommand.command, LedgerInspectCommand.command,
        LedgerRepairCommand.command, SnapshotCommand.command, RestoreCommand.command,
        MigrateCommand.command,
        AuditVerifyCommand.command, HealthCheckCommand.command, VersionCommand.command,
        SettingsCommand.command, BenchCommand.command, BenchWorldCommand.command,
        BenchFillCommand.command, BenchAuditCommand.command, ExecuteBenchCommand.command,
    ]

    /// Runs the command that `arguments`, without the program's own name, ask for.
    static func run(
        _ arguments: [String],
        environment: ProcessEnvironment,
        console: Console
    ) async -> CommandStatus {
        do {
            try await dispatch(arguments, environment, console)
            return .success
        } catch {
            for line in error.lines { console.report("bindery: \(line)") }
            return error.status
        }
    }

    private static func dispatch(
        _ arguments: [String],
        _ environment: ProcessEnvironment,
        _ console: Console
    ) async throws(CommandFailure) {
        guard let first = arguments.first else {
            console.report(HelpText.overview(commands))
            throw CommandFailure(status: .usage, lines: [])
        }
        if first == "help" || asksForHelp(first) {
            return try help(about: arguments.dropFirst(), console)
        }
        if let group = group(first), arguments.dropFirst().allSatisfy(Self.asksForHelp) {
            guard arguments.count == 1 else { return console.answer(HelpText.overview(group)) }
            let names = group.map { "'bindery \($0.name)'" }.joined(separator: ", ")
            throw .usage("\(first): say what to do: \(names)")
        }
        let (command, rest) = try find(arguments)
        do {
            try await run(command, rest, environment, console)
        } catch {
            let status = error.status == .usage ? command.usageStatus : error.status
            throw CommandFailure(status: status, lines: error.lines)
        }
    }

    private static func run(
        _ command: Command,
        _ arguments: ArraySlice<String>,
        _ environment: ProcessEnvironment,
        _ console: Console
    ) async throws(CommandFailure) {
        let parsed: CommandArguments
        do {
            parsed = try CommandArguments(
                arguments,
                flags: command.flags,
                operands: command.operands
            )
        } catch {
            let hint = "'bindery \(command.name) --help' shows its flags"
            throw CommandFailure(
                status: error.status,
                lines: error.lines.map { "\(command.name): \($0)" } + [hint]
            )
        }
        if parsed.isGiven(CommandFlag.help.name) { return console.answer(HelpText.of(command)) }
        try await command.run(
            Command.Call(arguments: parsed, environment: environment, console: console)
        )
    }

    private static func asksForHelp(_ argument: String) -> Bool {
        argument == CommandFlag.help.name || argument == "-h"
    }

    /// The commands whose first word this is, when it is not a command itself.
    private static func group(_ word: String) -> [Command]? {
        let group = commands.filter { $0.name.hasPrefix(word + " ") }
        return group.isEmpty ? nil : group
    }

    /// The command whose words the arguments start with, and the arguments after them.
    private static func find(
        _ arguments: [String]
    ) throws(CommandFailure) -> (Command, ArraySlice<String>) {
        for command in commands {
            let words = command.name.split(separator: " ").map(String.init)
            if arguments.starts(with: words) { return (command, arguments[words.count...]) }
        }
        let word = arguments[0]
        let names = commands.filter { !$0.isHidden }.map(\.name)
        let nearest = Spelling.nearest(to: word, in: names).map { " (did you mean \($0)?)" } ?? ""
        throw .usage("there is no command '\(word)'\(nearest)", "'bindery help' lists the commands")
    }

    private static func help(
        about arguments: ArraySlice<String>,
        _ console: Console
    ) throws(CommandFailure) {
        guard !arguments.isEmpty else { return console.answer(HelpText.overview(commands)) }
        let (command, rest) = try find(Array(arguments))
        guard rest.isEmpty else { throw .usage("help: one command at a time") }
        console.answer(HelpText.of(command))
    }
}
