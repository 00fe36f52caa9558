import Platform

/// How a command ends, as the shell sees it.
enum CommandStatus: Sendable {
    /// It did what was asked.
    case success
    /// It did not; the error stream says why.
    case failure
    /// What was asked makes no sense: an unknown flag, a setting out of its range.
    case usage
    /// It compared, and something differs.
    case differs

    /// The number that the shell sees.
    ///
    /// That something differs is 2, as `diff` has it in the contract; a command that may say so ends
    /// with 1 when what was asked makes no sense.
    var code: Int32 {
        switch self {
        case .success: 0
        case .failure: 1
        case .usage, .differs: 2
        }
    }

    /// Ends the process, now.
    func exit() -> Never { ProcessExit.now(code) }
}
