import Glibc

/// What a path leads to.
public enum FolderEntry: Sendable {
    /// A folder, and the names in it that do not start with a dot.
    case folder([String])
    /// Something else.
    case file

    /// Looks at `path`.
    public static func at(_ path: String) throws(SystemError) -> FolderEntry {
        do {
            return .folder(try Folder(path).names())
        } catch {
            guard error.errno == ENOTDIR else { throw error }
            return .file
        }
    }
}
