import Testing

@testable import bindery

@Suite struct CommandArgumentsTests {
    private static let flags = [
        CommandFlag("--data", "DIR", help: "A folder."),
        CommandFlag("-f", "DIR", isRepeatable: true, help: "Folders."),
        CommandFlag("--quiet", help: "A switch."),
    ]

    private static func read(_ arguments: String...) throws(CommandFailure) -> CommandArguments {
        try CommandArguments(arguments, flags: flags)
    }

    private static func refusal(_ arguments: String...) -> String? {
        do {
            _ = try CommandArguments(arguments, flags: flags)
            return nil
        } catch {
            return error.status == .usage ? error.lines.joined(separator: "\n") : nil
        }
    }

    @Test func `reads values behind the flag and behind an equals sign`() throws {
        #expect(try Self.read("--data", "a").value(of: "--data") == "a")
        #expect(try Self.read("--data=a=b").value(of: "--data") == "a=b")
        #expect(try Self.read("--data=").value(of: "--data")?.isEmpty == true)
        #expect(try Self.read("--data", "-").value(of: "--data") == "-")
        #expect(try Self.read("--data=--quiet").value(of: "--data") == "--quiet")
        #expect(try Self.read().value(of: "--data") == nil)
    }

    @Test func `reads a repeatable flag in its order and any other once`() throws {
        #expect(try Self.read("-f", "a", "-f", "b").values(of: "-f") == ["a", "b"])
        #expect(Self.refusal("--data", "a", "--data", "b") == "--data is given twice")
    }

    @Test func `reads a switch, which takes no value`() throws {
        #expect(try Self.read("--quiet").isGiven("--quiet"))
        #expect(try !Self.read("--data", "a").isGiven("--quiet"))
        #expect(Self.refusal("--quiet=yes") == "--quiet takes no value")
    }

    @Test func `a value is needed and a flag is none`() {
        #expect(Self.refusal("--data") == "--data needs a value: DIR")
        #expect(Self.refusal("--data", "--quiet")?.contains("--data=DIR") == true)
    }

    @Test func `names what is unknown and the nearest flag`() {
        #expect(Self.refusal("--dta", "a") == "there is no flag --dta (did you mean --data?)")
        #expect(Self.refusal("--nothing-like-it") == "there is no flag --nothing-like-it")
        #expect(Self.refusal("stray")?.contains("'stray' is not a flag") == true)
    }

    @Test func `reads as many arguments as its limit and no more`() throws {
        let most = [String](repeating: "-f=a", count: CommandArguments.countMax)
        #expect(try CommandArguments(most, flags: Self.flags).values(of: "-f").count == most.count)
        #expect(throws: CommandFailure.self) {
            try CommandArguments(most + ["-f=a"], flags: Self.flags)
        }
    }
}
