import Foundation
public import Glibc

/// How a process ended.
public enum ProcessEnding: Equatable, Sendable {
    case exit(Int32)
    case signal(Int32)

    /// How a child ended, which is forgotten by the system; nil while it runs.
    public init?(of id: pid_t) {
        var status: Int32 = 0
        guard unsafe waitpid(id, &status, WNOHANG) == id else { return nil }
        // The macros of sys/wait.h, which can't be imported.
        self = status & 0x7F == 0 ? .exit(status >> 8 & 0xFF) : .signal(status & 0x7F)
    }

    /// Waits for the end of a child.
    ///
    /// - Throws: `TimeIsUp` after the patience; the child is as it was.
    public init(of id: pid_t, _ what: String, within patience: Duration = Wait.patience) throws {
        let deadline = Deadline(what, within: patience)
        while true {
            if let ending = ProcessEnding(of: id) {
                self = ending
                return
            }
            try deadline.check()
            Thread.sleep(forTimeInterval: 0.002)
        }
    }
}
