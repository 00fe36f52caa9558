import JSON
import Platform

/// A settings file: strict JSON.
struct SettingsFile: Sendable {
    /// The largest file that is read, in bytes.
    static let byteCountMax = 1 << 20

    /// The path as the operator wrote it.
    let path: String
    /// The content.
    let root: JSONObject

    /// Reads the file at `path`.
    ///
    /// - Throws: What is wrong, in one line that names the file and the place in it.
    init(path: String) throws(CommandFailure) {
        let bytes: [UInt8]
        do {
            bytes = try File.contents(of: path, byteCountMax: Self.byteCountMax)
        } catch {
            throw .usage("the settings file can't be read: \(error.message)")
        }
        try self.init(path: path, bytes: bytes)
    }

    /// Reads the content of the file at `path`.
    init(path: String, bytes: [UInt8]) throws(CommandFailure) {
        let value: JSONValue
        do {
            value = try JSONValue(parsing: bytes)
        } catch {
            throw .usage("\(path)#\(error.pointer.text): byte \(error.offset): \(error.detail)")
        }
        guard let root = value.object else {
            throw .usage("\(path)#: the settings must be an object, not \(value.typeName)")
        }
        self.path = path
        self.root = root
    }

    /// Where `pointer` points to in this file.
    func place(_ pointer: JSONPointer) -> SettingSource { .file(path: path, pointer: pointer) }
}
