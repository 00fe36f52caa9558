public import Foundation

extension Process {
    /// Waits for its end, and ends it by force when that takes too long.
    ///
    /// `waitUntilExit` waits for ever when a grandchild has inherited the socket by which Foundation
    /// learns of the end.
    ///
    /// - Throws: `TimeIsUp`, which names the program.
    public func awaitExit(within patience: Duration = Wait.patience) throws {
        let command = [executableURL?.path ?? ""] + (arguments ?? [])
        let deadline = Deadline("the end of \(command.joined(separator: " "))", within: patience)
        while isRunning {
            if deadline.isOver { kill(processIdentifier, SIGKILL) }
            try deadline.check()
            Thread.sleep(forTimeInterval: 0.002)
        }
    }
}
