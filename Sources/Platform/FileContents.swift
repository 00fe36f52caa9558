import Glibc

extension File {
    /// The bytes of the regular file at `path`.
    ///
    /// - Throws: `SystemError` with `EFBIG` when the file has more than `byteCountMax` bytes.
    public static func contents(
        of path: String, byteCountMax: Int
    ) throws(SystemError) -> [UInt8] {
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
}
