import Foundation

/// A file with a set of keys, gone with its last reference.
public final class KeyFile: Sendable {
    /// Where it is.
    public let path: String

    /// A file with these keys, each as RFC 7517 writes it.
    public init(_ keys: [String]) throws {
        path =
            FileManager.default.temporaryDirectory
            .appending(path: "bindery-keys-\(UUID().uuidString).json").path
        try write(keys)
    }

    deinit {
        guard FileManager.default.fileExists(atPath: path) else { return }
        do {
            try remove()
        } catch {
            // What is left over in the system's temporary folder is the system's to remove.
        }
    }

    /// Replaces the keys, at once for whoever reads.
    public func write(_ keys: [String]) throws {
        try Data(SigningKey.set(keys).utf8).write(to: URL(filePath: path), options: .atomic)
    }

    /// Removes the file.
    public func remove() throws { try FileManager.default.removeItem(atPath: path) }
}
