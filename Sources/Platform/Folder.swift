import Glibc

/// A folder of files, named by their names in it.
///
/// All calls block. A change of names is durable only after `sync`.
public struct Folder: Sendable, Hashable {
    /// The folder's own path.
    public let path: String

    /// Names a folder, which need not exist.
    public init(_ path: String) {
        self.path = path
    }

    /// The path of the file `name`.
    public func path(of name: String) -> String {
        path + "/" + name
    }

    /// Makes the folder, and those above it that are missing, for their owner only (mode 0700).
    ///
    /// Durable when it returns. An existing folder keeps its mode.
    public func create() throws(SystemError) {
        guard try !exists() else { return }
        let above = Folder(parentPath)
        if above != self { try above.create() }
        do {
            _ = try FileCall.retrying("create folder \(path)") { unsafe mkdir(path, 0o700) }
        } catch {
            // Another process may have made it since it was looked for.
            guard error.errno == EEXIST else { throw error }
        }
        try above.sync()
    }

    /// The names in the folder, sorted, without those that start with a dot.
    public func names() throws(SystemError) -> [String] {
        guard let stream = unsafe opendir(path) else {
            let code = errno
            throw SystemError(operation: "open folder \(path)", errno: code)
        }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        while true {
            // A null pointer is the end or an error; only `errno` tells them apart.
            errno = 0
            guard let entry = unsafe readdir(stream) else {
                let code = errno
                guard code == 0 else {
                    throw SystemError(operation: "list folder \(path)", errno: code)
                }
                return names.sorted()
            }
            let name = unsafe Self.name(of: entry)
            if !name.hasPrefix(".") { names.append(name) }
        }
    }

    /// Gives the file `name` another name, in place of the file that has it.
    public func rename(_ name: String, to newName: String) throws(SystemError) {
        let (old, new) = (path(of: name), path(of: newName))
        _ = try FileCall.retrying("rename \(old) to \(newName)") { unsafe Glibc.rename(old, new) }
    }

    /// Removes the file `name`.
    public func remove(_ name: String) throws(SystemError) {
        let path = path(of: name)
        _ = try FileCall.retrying("remove \(path)") { unsafe unlink(path) }
    }

    /// Waits until the names are on the medium.
    public func sync() throws(SystemError) {
        try File(path, for: .read).sync()
    }

    private func exists() throws(SystemError) -> Bool {
        var status = stat()
        do {
            _ = try FileCall.retrying("look at \(path)") { unsafe stat(path, &status) }
        } catch {
            guard error.errno == ENOENT else { throw error }
            return false
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            throw SystemError(operation: "open folder \(path)", errno: ENOTDIR)
        }
        return true
    }

    private var parentPath: String {
        var bytes = Array(path.utf8)
        while bytes.count > 1, bytes.last == UInt8(ascii: "/") { bytes.removeLast() }
        guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return String(decoding: bytes[..<max(slash, 1)], as: UTF8.self)
    }

    private static func name(of entry: UnsafeMutablePointer<dirent>) -> String {
        // The kernel ends the name with NUL; an entry is valid until the next `readdir`.
        unsafe withUnsafePointer(to: &entry.pointee.d_name) { name in
            let count = MemoryLayout.size(ofValue: unsafe name.pointee)
            return unsafe name.withMemoryRebound(to: CChar.self, capacity: count) { text in
                unsafe String(cString: text)
            }
        }
    }
}
