/// `bindery settings`: the table of settings, for the documentation.
enum SettingsCommand {
    static let command = Command(
        "settings",
        summary: "prints the table of settings",
        details: "Prints every setting with its flag, its variable and its default.",
        flags: [CommandFlag("--markdown", help: "As a table in Markdown; there is no other form.")],
        isHidden: true
    ) { call in
        call.console.answer(markdown)
    }

    /// The settings as a table in Markdown.
    static var markdown: String {
        let rows = Setting.all.filter { !$0.isReserved }
            .map { setting in
                let initial = setting.defaultText.isEmpty ? "" : "`\(setting.defaultText)`"
                let cells = [
                    "`\(setting.path)`", "`\(setting.flag)`", "`\(setting.variable)`", initial,
                    setting.rule, setting.help,
                ]
                let escaped = cells.map { $0.split(separator: "|").joined(separator: "\\|") }
                return "| " + escaped.joined(separator: " | ") + " |"
            }
        let head = [
            "| Setting | Flag | Variable | Default | Must be | Meaning |",
            "|---|---|---|---|---|---|",
        ]
        return (head + rows).joined(separator: "\n")
    }
}
