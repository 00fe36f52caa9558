/// The version of the program.
enum Version {
    /// The version, as SemVer.
    static let text = "0.1.0"
}

/// `bindery version`.
enum VersionCommand {
    static let command = Command(
        "version",
        summary: "prints the version",
        details: "Prints the version of the program."
    ) { call in
        call.console.answer("bindery \(Version.text)")
    }
}
