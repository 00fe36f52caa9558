enum ServeCommand {
    static let command = Command("serve", summary: "", details: "", flags: SettingsReader.flags) { call in call.console.answer("x") }
}
