import Foundation

/// The file of the master key that the tests' servers seal secrets under.
enum SecretKeyFile {
    /// The path of the file, which is written anew.
    static func path() throws -> String {
        let path = FileManager.default.temporaryDirectory
            .appending(path: "bindery-commands-tests-keys").path
        let key = Data(String(repeating: "5a", count: 32).utf8)
        try key.write(to: URL(filePath: path), options: .atomic)
        return path
    }
}
