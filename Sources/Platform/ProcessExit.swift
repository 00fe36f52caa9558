import Glibc

/// The end of the process.
public enum ProcessExit {
    /// Ends the process, now, with this status for the shell; 0 to 255.
    public static func now(_ status: Int32) -> Never { exit(status) }
}
