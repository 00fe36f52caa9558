import Glibc

extension File {
    /// The bytes of the regular file at `path`.
    ///
    /// - Throws: `SystemError` with `EFBIG` when the file has more than `byteCountMax` bytes, with
    ///   `EINVAL` when it is not a regular file: reading a pipe or a device might never end.
    public static func contents(
        of path: String,
        byteCountMax: Int
    ) throws(SystemError) -> [UInt8] {
        guard try isRegular(path) else {
            throw SystemError(operation: "read \(path) as a regular file", errno: EINVAL)
        }
        let file = try File(path, for: .read)
        let byteCount = try file.byteCount()
        guard byteCount <= byteCountMax else {
            throw SystemError(operation: "read \(path)", errno: EFBIG)
        }
        var bytes = [UInt8](repeating: 0, count: byteCount)
        var span = bytes.mutableSpan
        let count = try file.read(into: &span, at: 0)
        // The file may have become shorter since it was measured.
        bytes.removeLast(byteCount - count)
        return bytes
    }

    private static func isRegular(_ path: String) throws(SystemError) -> Bool {
        var status = stat()
        _ = try FileCall.retrying("look at \(path)") { unsafe stat(path, &status) }
        return status.st_mode & S_IFMT == S_IFREG
    }
}
