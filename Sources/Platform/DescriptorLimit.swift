import Glibc

/// How many files and sockets the process may have open.
public enum DescriptorLimit {
    /// Raises the soft limit to `wanted` or as near as the hard limit lets it; never lowers it.
    ///
    /// - Returns: The limit from now on.
    @discardableResult
    public static func raise(to wanted: Int) -> Int {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
            return 0
        }
        guard limit.rlim_cur < rlim_t(wanted) else { return Int(clamping: limit.rlim_cur) }
        let before = limit.rlim_cur
        limit.rlim_cur = min(rlim_t(wanted), limit.rlim_max)
        guard unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
            return Int(clamping: before)
        }
        return Int(clamping: limit.rlim_cur)
    }
}
