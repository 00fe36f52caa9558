/// The texts of `--help`.
enum HelpText {
    /// The widest line.
    static let columnCount = 90

    /// What the program does, and its commands.
    static func overview(_ commands: [Command]) -> String {
        let shown = commands.filter { !$0.isHidden }
        let width = shown.map(\.name.count).max() ?? 0
        var lines = [
            "bindery binds what an app can do to the accounts of its tenants at service providers.",
            "",
            "Usage: bindery COMMAND [FLAG]…", "", "Commands:",
        ]
        for command in shown {
            let gap = String(repeating: " ", count: width - command.name.count + 2)
            lines.append("  \(command.name)\(gap)\(command.summary)")
        }
        lines += [
            "", "'bindery COMMAND --help' shows a command's flags.",
            "Ends with 0 when it did what was asked, 1 when it could not, 2 when what was asked makes no sense;",
            "'diff' with 0 when nothing differs, 2 when something does, 1 on any error.",
        ]
        return lines.joined(separator: "\n")
    }

    /// What one command does, and its flags.
    static func of(_ command: Command) -> String {
        var lines = [
            "Usage: bindery \(command.name)" + command.operands.map { " \($0)" }.joined()
                + (command.flags.isEmpty ? "" : " [FLAG]…"), "",
        ]
        lines += wrapped(command.details, indentation: 0)
        lines += ["", "Flags:"]
        for flag in command.flags + [.help] {
            let value = flag.placeholder.map { " \($0)" } ?? ""
            lines.append("  \(flag.name)\(value)" + (flag.isRepeatable ? " …" : ""))
            lines += wrapped(flag.help, indentation: 6)
        }
        return lines.joined(separator: "\n")
    }

    /// The text in lines of at most `columnCount` characters, broken at spaces.
    static func wrapped(_ text: String, indentation: Int) -> [String] {
        let margin = String(repeating: " ", count: indentation)
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            if !line.isEmpty, indentation + line.count + 1 + word.count > columnCount {
                lines.append(margin + line)
                line = ""
            }
            line += line.isEmpty ? String(word) : " \(word)"
        }
        if !line.isEmpty { lines.append(margin + line) }
        return lines
    }
}
