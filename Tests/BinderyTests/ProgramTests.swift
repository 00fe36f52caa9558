import Testing

@testable import bindery

@Suite struct ProgramTests {
    @Test func `prints the version`() async {
        let run = await Transcript.of(["version"])
        #expect(run.status == .success)
        #expect(run.output == "bindery \(Version.text)\n")
    }

    @Test(arguments: [["help"], ["--help"], ["-h"]])
    func `lists the commands that are not hidden`(_ arguments: [String]) async {
        let run = await Transcript.of(arguments)
        #expect(run.status == .success)
        for command in Program.commands {
            #expect(run.output.contains("\n  \(command.name) ") != command.isHidden)
        }
    }

    @Test(arguments: Program.commands.map(\.name))
    func `shows the help of each command in both spellings`(_ name: String) async {
        let words = name.split(separator: " ").map(String.init)
        for arguments in [words + ["--help"], words + ["-h"], ["help"] + words] {
            let run = await Transcript.of(arguments)
            #expect(run.status == .success)
            #expect(run.output.hasPrefix("Usage: bindery \(name)"))
            #expect(run.error.isEmpty)
        }
    }

    @Test func `every line of help fits and every command says what it does`() {
        for command in Program.commands {
            #expect(!command.summary.isEmpty && !command.details.isEmpty)
            for line in HelpText.of(command).split(separator: "\n") {
                #expect(line.count <= 100, "\(command.name): \(line)")
            }
        }
    }

    @Test func `no command is asked for`() async {
        let run = await Transcript.of([])
        #expect(run.status == .usage)
        #expect(run.output.isEmpty && run.error.contains("Usage: bindery"))
    }

    @Test func `a mistyped command is told with the nearest one`() async {
        let run = await Transcript.of(["serv"])
        #expect(run.status == .usage)
        #expect(run.error.contains("no command 'serv' (did you mean serve?)"))
    }

    @Test func `half a command is told what follows`() async {
        let run = await Transcript.of(["keys"])
        #expect(run.status == .usage)
        #expect(run.error.contains("'bindery keys create'"))
        #expect(await Transcript.of(["keys", "--help"]).status == .success)
        #expect(await Transcript.of(["keys", "destroy"]).status == .usage)
    }

    @Test func `a wrong flag is told with its command`() async {
        let run = await Transcript.of(["version", "--vebose"])
        #expect(run.status == .usage)
        #expect(run.error.contains("version: there is no flag --vebose"))
        #expect(run.error.contains("'bindery version --help'"))
    }
}
