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
            CommandFlag("-f", "DIR", isRepeatable: true, help: "A folder, or a file, to check.")
        ]
    ) { (call) async throws(CommandFailure) in
        let paths = call.arguments.values(of: "-f")
        guard !paths.isEmpty else { throw .usage("check: -f DIR says what to check") }
        var files: [String] = []
        for path in paths { files += try ObjectFiles.find(path) }
        try await run(files, call.console)
    }

    private static func run(
        _ files: [String],
        _ console: Console
    ) async throws(CommandFailure) {
        var report = CheckReport()
        var entries: [ObjectEntry] = []
        for file in files { entries += ObjectFileReader.entries(of: file, &report) }
        let set = ObjectSet(entries, &report)
        set.checkReferences(&report)
        let questionCount = try await set.runPolicyTests(&report)
        for line in report.lines { console.answer(line) }
        let counts = "\(report.errorCount) errors, \(report.warningCount) warnings"
        let tests = questionCount > 0 ? "\(questionCount) questions of policy tests, " : ""
        console.answer("\(entries.count) objects in \(files.count) files: \(tests)\(counts)")
        guard report.errorCount == 0 else { throw CommandFailure(status: .failure, lines: []) }
    }
}
