import Platform

/// How a command ends, as the shell sees it.
enum CommandStatus: Int32, Sendable {
    /// It did what was asked.
    case success = 0
    /// It did not; the error stream says why.
    case failure = 1
    /// What was asked makes no sense: an unknown flag, a setting out of its range.
    case usage = 2

    /// Ends the process, now.
    func exit() -> Never { ProcessExit.now(rawValue) }
}
