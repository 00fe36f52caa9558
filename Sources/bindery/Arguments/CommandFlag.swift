/// A flag that a command takes.
struct CommandFlag: Sendable, Hashable {
    /// The flag as it is written, such as `--data` or `-f`.
    let name: String
    /// The word for its value in the help, such as `DIR`; nil for a flag without a value.
    let placeholder: String?
    /// Whether it may be given several times.
    let isRepeatable: Bool
    /// What it does, in sentences.
    let help: String

    /// A flag.
    init(
        _ name: String,
        _ placeholder: String? = nil,
        isRepeatable: Bool = false,
        help: String
    ) {
        self.name = name
        self.placeholder = placeholder
        self.isRepeatable = isRepeatable
        self.help = help
    }

    /// What every command takes beside its own.
    static let help = CommandFlag("--help", help: "Shows this text.")
}
