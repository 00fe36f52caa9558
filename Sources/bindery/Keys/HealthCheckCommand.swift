enum HealthCheckCommand {
    static let command = Command("healthcheck", summary: "", details: "") { call in call.console.answer("x") }
}
