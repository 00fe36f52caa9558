enum DemoProviderCommand {
    static let command = Command("demo-provider", summary: "", details: "") { call in call.console.answer("x") }
}
