import Glibc

/// How a file call that answers -1 on failure is made.
enum FileCall {
    /// Makes the call, again when a signal interrupted it, and answers its result.
    static func retrying(
        _ operation: @autoclosure () -> String,
        _ call: () -> Int32
    ) throws(SystemError) -> Int32 {
        while true {
            let result = call()
            let code = errno
            if result >= 0 { return result }
            if code != EINTR { throw SystemError(operation: operation(), errno: code) }
        }
    }
}

extension File {
    /// The id of this process, as lock files name it.
    static var processID: Int { Int(getpid()) }
}
