enum KeysCreateCommand {
    static let command = Command("keys create", summary: "", details: "") { call in call.console.answer("x") }
}
