import Platform

/// Where a command writes: what it answers, and what is wrong.
struct Console: Sendable {
    private let output: @Sendable (String) -> Void
    private let error: @Sendable (String) -> Void

    /// The process's own streams.
    static let standard = Console(
        output: { StandardStream.output.write($0) },
        error: { StandardStream.error.write($0) }
    )

    /// Hands what is written to these.
    init(
        output: @escaping @Sendable (String) -> Void,
        error: @escaping @Sendable (String) -> Void
    ) {
        self.output = output
        self.error = error
    }

    /// Writes a line that the command answers.
    func answer(_ line: String) { output(line + "\n") }

    /// Writes a line about what went wrong, or about what goes on.
    func report(_ line: String) { error(line + "\n") }
}
