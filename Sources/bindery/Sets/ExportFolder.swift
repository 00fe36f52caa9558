import Platform

/// A folder that an export is written into: an object a file.
struct ExportFolder {
    /// The folders below it that an export writes; others are none of its business.
    private static let ownFolders = ["specs", "blueprints", "policies", "tenants"]

    /// What was done.
    struct Result {
        /// The files that were written, as they were missing or another.
        var written = 0
        /// The files of objects that are not in the export.
        var stale: [String] = []
    }

    /// Where it is; it need not exist.
    let path: String

    /// Writes the objects whose files are not as they should be.
    ///
    /// A file is there as a whole or not at all, at any time.
    func write(_ objects: [ExportedObject], prunes: Bool) throws(CommandFailure) -> Result {
        var result = Result()
        var paths: Set<String> = []
        do {
            for object in objects {
                let file = "\(path)/\(object.path)"
                guard paths.insert(file).inserted else {
                    throw CommandFailure.failed(
                        "\(object.path) is there twice"
                    )
                }
                if try write(object.file, to: file) { result.written += 1 }
            }
            result.stale = try stale(paths)
            for file in result.stale where prunes {
                let (folder, name) = Self.parts(file)
                try Folder(folder).remove(name)
            }
        } catch let failure as CommandFailure {
            throw failure
        } catch let error as SystemError {
            throw .failed(error.message)
        } catch {
            throw .failed("\(path): \(error)")
        }
        return result
    }

    /// Writes a file unless it is there with these bytes; answers whether it was written.
    private func write(_ bytes: [UInt8], to path: String) throws(SystemError) -> Bool {
        if try current(path, byteCountMax: bytes.count) == bytes { return false }
        let (folder, name) = Self.parts(path)
        try Folder(folder).create()
        // The name starts with a dot, so that no reader takes it for an object's file.
        let draft = ".\(name).new"
        if try current("\(folder)/\(draft)", byteCountMax: .max) != nil {
            try Folder(folder).remove(draft)
        }
        let file = try File("\(folder)/\(draft)", for: .append, creating: .mustBeNew)
        try file.append(bytes.span)
        try file.close()
        try Folder(folder).rename(draft, to: name)
        return true
    }

    /// What the file holds; nil when there is none, or it is larger.
    private func current(_ path: String, byteCountMax: Int) throws(SystemError) -> [UInt8]? {
        do {
            return try File.contents(of: path, byteCountMax: byteCountMax)
        } catch {
            guard error.isMissingFile || error.isTooLarge else { throw error }
            return nil
        }
    }

    /// The files of objects below the folder that the export did not write, by their names.
    private func stale(_ paths: Set<String>) throws(CommandFailure) -> [String] {
        var found: [String] = []
        for name in Self.ownFolders {
            let folder = "\(path)/\(name)"
            do {
                guard case .folder(let names) = try FolderEntry.at(folder), !names.isEmpty else {
                    continue
                }
            } catch {
                guard error.isMissingFile else { throw .failed(error.message) }
                continue
            }
            found += try ObjectFiles.find(folder, mayBeEmpty: true)
        }
        return found.filter { $0.hasSuffix(".json") && !paths.contains($0) }
    }

    private static func parts(_ path: String) -> (folder: String, name: String) {
        let slash = path.lastIndex(of: "/") ?? path.startIndex
        return (String(path[..<slash]), String(path[path.index(after: slash)...]))
    }
}
