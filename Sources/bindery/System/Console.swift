import JSON
import Platform

/// Where a command writes, what it answers and what is wrong, and whom it asks.
struct Console: Sendable {
    /// What of it is a terminal, with a person before it.
    struct Terminals: Sendable {
        /// What is typed.
        var input = false
        /// What is answered.
        var output = false
        /// What goes wrong, and what goes on.
        var error = false
    }

    private let output: @Sendable (String) -> Void
    private let error: @Sendable (String) -> Void
    private let typed: @Sendable () -> String?
    private let contents: @Sendable (Int) throws(SystemError) -> [UInt8]
    /// What of it is a terminal.
    let terminals: Terminals

    /// The process's own streams.
    static let standard = Console(
        output: { StandardStream.output.write($0) },
        error: { StandardStream.error.write($0) },
        typed: { StandardInput.line() },
        contents: { (countMax) throws(SystemError) in
            try StandardInput.contents(byteCountMax: countMax)
        },
        terminals: Terminals(
            input: StandardInput.isTerminal,
            output: StandardStream.output.isTerminal,
            error: StandardStream.error.isTerminal
        )
    )

    /// Hands what is written to these, and has what is typed of them.
    init(
        output: @escaping @Sendable (String) -> Void,
        error: @escaping @Sendable (String) -> Void,
        typed: @escaping @Sendable () -> String? = { nil },
        contents: @escaping @Sendable (Int) throws(SystemError) -> [UInt8] = { _ in [] },
        terminals: Terminals = Terminals()
    ) {
        self.output = output
        self.error = error
        self.typed = typed
        self.contents = contents
        self.terminals = terminals
    }

    /// Writes a line that the command answers.
    func answer(_ line: String) { output(line + "\n") }

    /// Writes a value that the command answers, over several lines.
    func show(_ json: JSONValue) {
        answer(String(decoding: json.prettySerialized(), as: UTF8.self))
    }

    /// Writes text that the command answers, as it stands.
    func write(_ text: String) { output(text) }

    /// Writes a line about what went wrong, or about what goes on.
    func report(_ line: String) { error(line + "\n") }

    /// Shows what goes on, in place of what was shown before; nothing where no terminal shows it.
    func showProgress(_ text: String) {
        // Back to the line's start, and the rest of it cleared.
        if terminals.error { error("\r\u{1B}[K" + text) }
    }

    /// Asks for a yes on the terminal; false for any other answer.
    func confirms(_ question: String) -> Bool {
        error(question + " [y/N] ")
        return ["y", "yes"].contains(typed()?.lowercased() ?? "")
    }

    /// All of the standard input.
    ///
    /// - Throws: `SystemError`, with `EFBIG` for more than `byteCountMax` bytes.
    func input(byteCountMax: Int) throws(SystemError) -> [UInt8] { try contents(byteCountMax) }
}
