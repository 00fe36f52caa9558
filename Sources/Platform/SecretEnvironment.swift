import Glibc

/// Variables of the process's environment that hold secrets.
public enum SecretEnvironment {
    /// The largest variable that is read, in bytes; a longer one counts as absent.
    public static let byteCountMax = 65_536

    /// The bytes of the variable `name`, or nil when it is not set.
    ///
    /// The process never changes its environment after its start, so the lookup needs no lock.
    public static func bytes(of name: String) -> [UInt8]? {
        guard let value = unsafe getenv(name) else { return nil }
        let count = unsafe strnlen(value, byteCountMax + 1)
        guard count <= byteCountMax else { return nil }
        return unsafe UnsafeBufferPointer(start: value, count: count).map(UInt8.init(bitPattern:))
    }
}
