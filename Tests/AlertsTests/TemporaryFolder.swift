import Foundation

/// A folder of its own for a test, removed with its last reference.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory
            .appending(path: "bindery-alerts-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit {
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            // What is left over in the system's temporary folder is the system's to remove.
        }
    }

    func path(_ name: String) -> String { "\(path)/\(name)" }

    /// Writes a file that its owner alone may read; its path.
    @discardableResult
    func write(_ name: String, _ text: String) throws -> String {
        let path = path(name)
        let attributes: [FileAttributeKey: Any] = [.posixPermissions: 0o600]
        guard
            FileManager.default.createFile(
                atPath: path,
                contents: Data(text.utf8),
                attributes: attributes
            )
        else { throw Missing(what: "a place for \(name)") }
        return path
    }

    /// Every file below the folder.
    func files() -> [String] {
        let names = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
        return names.map(path)
            .filter { path in
                var isFolder: ObjCBool = false
                let isThere = unsafe FileManager.default.fileExists(
                    atPath: path,
                    isDirectory: &isFolder
                )
                return isThere && !isFolder.boolValue
            }
    }
}

/// What a test needs is not there.
struct Missing: Error {
    let what: String
}
