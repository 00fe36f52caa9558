import Platform

/// Finds the files of objects: those that end in `.json` or `.ndjson`.
struct ObjectFiles {
    /// The most files and folders that are looked at in one call.
    static let countMax = 50_000
    /// How deep folders are looked into.
    static let depthMax = 32
    /// The largest file, in bytes.
    static let byteCountMax = 64 << 20

    private var found: [String] = []
    private var count = 0

    /// The file at `path`, or all files in the folder and the folders in it, by their names.
    ///
    /// - Throws: A failure when there is none, unless there may be none; and what can't be read.
    static func find(
        _ path: String,
        mayBeEmpty: Bool = false
    ) throws(CommandFailure) -> [String] {
        guard case .folder(let names) = try entry(at: path) else { return [path] }
        var files = ObjectFiles()
        try files.collect(names, in: path, depth: 1)
        guard mayBeEmpty || !files.found.isEmpty else {
            throw .failed("\(path): there is no .json or .ndjson file in it")
        }
        return files.found
    }

    private mutating func collect(
        _ names: [String],
        in folder: String,
        depth: Int
    ) throws(CommandFailure) {
        for name in names {
            let path = folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
            count += 1
            guard count <= Self.countMax else {
                throw .failed("\(folder): more than \(Self.countMax) files are not read at once")
            }
            if case .folder(let inner) = try Self.entry(at: path) {
                // A link may lead back to a folder above it.
                guard depth < Self.depthMax else {
                    throw .failed("\(path): folders lie deeper than \(Self.depthMax)")
                }
                try collect(inner, in: path, depth: depth + 1)
            } else if name.hasSuffix(".json") || name.hasSuffix(".ndjson") {
                found.append(path)
            }
        }
    }

    private static func entry(at path: String) throws(CommandFailure) -> FolderEntry {
        do {
            return try FolderEntry.at(path)
        } catch {
            throw .failed(error.message)
        }
    }
}
