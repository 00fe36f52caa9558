import JSON
import Model

/// `bindery spec test`: calls every operation of a spec at a provider that is played from it.
enum SpecTestCommand {
    static let command = Command(
        "spec test",
        summary: "calls each operation of a spec at a played provider",
        details:
            "Checks integration specs, and calls each of their operations for real, through the "
            + "executor that serves, at a provider on a loopback port that is played from the spec: "
            + "no network beyond it, no secret. Inputs are the examples of the schemas, or made of "
            + "them: one with every member, one with the required alone, one with characters that "
            + "mean something in a URL. Shows the requests that the provider received; finds auth "
            + "that does not land, members that should have been dropped, paths that were left, a "
            + "health check that needs an input. Ends with 1 when something is wrong or differs.",
        operand: "FILE...",
        flags: [
            CommandFlag("--golden", "DIR", help: "Compares the requests with those kept in DIR."),
            CommandFlag("--update", help: "Writes the requests to the folder of --golden."),
            CommandFlag("--json", help: "Answers one JSON object, with the whole requests."),
        ]
    ) { (call) async throws(CommandFailure) in
        let paths = call.arguments.operands
        guard !paths.isEmpty else { throw .usage("spec test: name a FILE, or a folder of them") }
        let golden = call.arguments.value(of: "--golden")
        let updates = call.arguments.isGiven("--update")
        guard golden != nil || !updates else {
            throw .usage("spec test: --update needs --golden DIR, where it writes")
        }
        var files: [String] = []
        for path in paths { files += try ObjectFiles.find(path) }
        var report = CheckReport()
        let specs = specs(in: files, &report)
        guard report.errorCount == 0 else {
            for line in report.lines { call.console.answer(line) }
            throw CommandFailure(status: .failure, lines: [])
        }
        guard !specs.isEmpty else { throw .usage("spec test: no file holds an integration spec") }
        let stage = try await RehearsalStage.open()
        var results: [Tested] = []
        for (file, spec) in specs {
            let rehearsal = await SpecRehearsal.run(spec, on: stage)
            var findings = rehearsal.findings
            if let golden {
                let file = RehearsalGolden(rehearsal, in: golden)
                if updates { _ = try file.update(rehearsal) }
                findings += try file.differences(from: rehearsal)
            }
            results.append(Tested(file: file, rehearsal: rehearsal, findings: findings))
        }
        await stage.close()
        try tell(results, asJSON: call.arguments.isGiven("--json"), call.console)
    }

    private struct Tested {
        let file: String
        let rehearsal: SpecRehearsal
        let findings: [RehearsalFinding]
    }

    /// The specs of the files; what is wrong with them goes to `report`.
    static func specs(
        in files: [String],
        _ report: inout CheckReport
    ) -> [(file: String, spec: IntegrationSpec)] {
        var specs: [(file: String, spec: IntegrationSpec)] = []
        for file in files {
            for entry in ObjectFileReader.entries(of: file, &report)
            where entry.kind == .spec {
                let issues = IssueList()
                let spec = IntegrationSpec(reading: entry.object, id: nil, issues: issues)
                if !issues.hasErrors { spec.checkRegistrable(issues) }
                for issue in issues.issues { report.add(issue, at: entry.place) }
                specs.append((file, spec))
            }
        }
        return specs
    }

    private static func tell(
        _ results: [Tested],
        asJSON: Bool,
        _ console: Console
    ) throws(CommandFailure) {
        let errorCount = results.reduce(0) { $0 + $1.findings.count }
        if asJSON {
            let items = results.map { SpecTestReport.json($0.file, $0.rehearsal, $0.findings) }
            let json: JSONValue = [
                "specs": .array(items), "errorCount": .integer(Int64(errorCount)),
            ]
            console.answer(json.serializedText)
        } else {
            for result in results {
                for line in SpecTestReport.lines(result.rehearsal, result.findings) {
                    console.answer(line)
                }
            }
            let callCount = results.reduce(0) { $0 + $1.rehearsal.entries.count }
            console.answer("\(results.count) specs, \(callCount) calls: \(errorCount) errors")
        }
        guard errorCount == 0 else { throw CommandFailure(status: .failure, lines: []) }
    }
}
