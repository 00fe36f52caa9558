/// `bindery serve`: the server.
enum ServeCommand {
    static let command = Command(
        "serve",
        summary: "runs the server",
        details:
            "Runs the server until SIGTERM. Every setting has a flag, a variable and a place in "
            + "the settings file; a flag goes over the variable, the variable over the file. "
            + "\(BootstrapKey.variable), a variable alone, is accepted as a platform-admin key; "
            + "without it, the first start with an empty store makes such a key and shows it once.",
        flags: SettingsReader.flags
    ) { (call) async throws(CommandFailure) in
        try await Serve.run(try SettingsReader.read(call), call.console)
    }
}
