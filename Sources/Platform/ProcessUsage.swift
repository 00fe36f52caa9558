import Glibc

/// What this process has used so far.
public enum ProcessUsage {
    /// The time of the processor, user and system, of all threads.
    public static var processorTime: Duration {
        var usage = rusage()
        let status = unsafe getrusage(Int32(RUSAGE_SELF.rawValue), &usage)
        precondition(status == 0, "a process can ask for its own usage")
        return duration(usage.ru_utime) + duration(usage.ru_stime)
    }

    private static func duration(_ time: timeval) -> Duration {
        .seconds(time.tv_sec) + .microseconds(time.tv_usec)
    }

    /// The memory that is resident now, in bytes; 0 where the kernel does not tell.
    public static var residentByteCount: Int {
        do throws(SystemError) {
            let file = try File("/proc/self/statm", for: .read)
            var bytes = [UInt8](repeating: 0, count: 256)
            var span = bytes.mutableSpan
            let count = try file.read(into: &span, at: 0)
            let words = String(decoding: bytes[..<count], as: UTF8.self).split(separator: " ")
            return words.count > 1 ? (Int(words[1]) ?? 0) * pageByteCount : 0
        } catch {
            return 0
        }
    }

    private static let pageByteCount = sysconf(Int32(_SC_PAGESIZE))
}
