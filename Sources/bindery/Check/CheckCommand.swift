import JSON
import Model

/// `bindery check`: looks at files of objects without a server.
enum CheckCommand {
    static let command = Command(
        "check",
        summary: "checks files of objects, without a server",
        details:
            "Checks the .json and .ndjson files of folders: each holds an object as 'apply' takes "
            + #"it, {"kind", "tenantId", "object"}, or a set of them, {"objects": […]}, or one a "#
            + "line. Prints a line for each finding: FILE#POINTER CODE what is wrong (what to do). "
            + "All folders of one call are one set: what its objects name must be in it. Tests of "
            + "policies, in rules and of the kind PolicyTest, are run on it, its configs taken for "
            + "live. Ends with 1 when there is an error.",
        flags: [
            CommandFlag("-f", "DIR", isRepeatable: true, help: "A folder, or a file, to check."),
            CommandFlag(
                environmentsFlag,
                "NAME:TIER",
                isRepeatable: true,
                help: "Environments beside sandbox, staging and production, with the tier that "
                    + "configs are judged by: production or nonproduction."
            ),
            CommandFlag(
                SettingsReader.fileFlag.name,
                "FILE",
                help: "A server's settings file; its 'environments' are taken, and nothing else."
            ),
        ]
    ) { (call) async throws(CommandFailure) in
        let paths = call.arguments.values(of: "-f")
        guard !paths.isEmpty else { throw .usage("check: -f DIR says what to check") }
        var files: [String] = []
        for path in paths { files += try ObjectFiles.find(path) }
        try await run(files, try environments(call.arguments), call.console)
    }

    private static let environmentsFlag = "--environments"

    /// The built-in environments, and those that the flags tell of; a flag goes over the file.
    private static func environments(
        _ arguments: CommandArguments
    ) throws(CommandFailure) -> [Environment] {
        let values = arguments.values(of: environmentsFlag)
        do {
            if !values.isEmpty {
                let text = values.joined(separator: ",")
                return Environment.builtIn + (try SettingFormat.environments.fromText(text))
            }
        } catch {
            throw .usage("check: \(environmentsFlag): \(error.detail)")
        }
        guard let path = arguments.value(of: SettingsReader.fileFlag.name) else {
            return Environment.builtIn
        }
        let file = try SettingsFile(path: path)
        guard let json = file.root["environments"] else { return Environment.builtIn }
        do {
            return Environment.builtIn + (try SettingFormat.environments.fromJSON(json))
        } catch {
            let place = JSONPointer.root.appending("environments")
            throw .usage("\(file.place(place)): environments \(error.detail)")
        }
    }

    private static func run(
        _ files: [String],
        _ environments: [Environment],
        _ console: Console
    ) async throws(CommandFailure) {
        var report = CheckReport()
        var entries: [ObjectEntry] = []
        for file in files { entries += ObjectFileReader.entries(of: file, &report) }
        let set = ObjectSet(entries, in: environments, &report)
        set.checkReferences(&report)
        let questionCount = try await set.runPolicyTests(&report)
        for line in report.lines { console.answer(line) }
        if report.unlistedCount > 0 {
            console.answer("\(report.unlistedCount) more findings are counted, and not listed")
        }
        let counts = "\(report.errorCount) errors, \(report.warningCount) warnings"
        let tests = questionCount > 0 ? "\(questionCount) questions of policy tests, " : ""
        console.answer("\(entries.count) objects in \(files.count) files: \(tests)\(counts)")
        guard report.errorCount == 0 else { throw CommandFailure(status: .failure, lines: []) }
    }
}
