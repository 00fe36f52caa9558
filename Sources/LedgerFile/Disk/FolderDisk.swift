import Platform

/// A folder of the system, as the disk of a journal.
struct FolderDisk: LogDisk {
    let folder: Folder

    var path: String { folder.path }

    func create() throws(SystemError) { try folder.create() }

    func names() throws(SystemError) -> [String] { try folder.names() }

    func open(
        _ name: String,
        for access: File.Access,
        creating creation: File.Creation
    ) throws(SystemError) -> any LogDiskFile {
        FolderDiskFile(try File(folder.path(of: name), for: access, creating: creation))
    }

    func rename(_ name: String, to newName: String) throws(SystemError) {
        try folder.rename(name, to: newName)
    }

    func remove(_ name: String) throws(SystemError) { try folder.remove(name) }

    func sync() throws(SystemError) { try folder.sync() }

    func lock() throws(SystemError) -> LogDiskLock {
        switch try FolderLock.attempt(folder) {
        case .taken(let lock): .taken(lock)
        case .held(let processID): .held(processID: processID)
        }
    }
}

/// A file of a folder.
private final class FolderDiskFile: LogDiskFile {
    private let file: File

    init(_ file: consuming File) { self.file = file }

    var path: String { file.path }

    func read(into bytes: inout MutableSpan<UInt8>, at offset: Int) throws(SystemError) -> Int {
        try file.read(into: &bytes, at: offset)
    }

    func write(_ bytes: Span<UInt8>, at offset: Int) throws(SystemError) {
        try file.write(bytes, at: offset)
    }

    func syncData() throws(SystemError) { try file.syncData() }

    func sync() throws(SystemError) { try file.sync() }

    func preallocate(byteCount: Int) throws(SystemError) {
        try file.preallocate(byteCount: byteCount)
    }

    func truncate(to byteCount: Int) throws(SystemError) { try file.truncate(to: byteCount) }

    func byteCount() throws(SystemError) -> Int { try file.byteCount() }
}
