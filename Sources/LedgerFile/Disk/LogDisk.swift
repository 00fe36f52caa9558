package import Platform

/// Where a journal keeps its files: the one seam between the log and a medium.
///
/// Two things stand behind it: a folder of the system, and the disk of the tests that forgets, tears
/// and reorders what was not synced. All calls block. A change of names is durable after `sync`, the
/// content of a file after its own.
package protocol LogDisk: Sendable {
    /// What the folder is called, for messages.
    var path: String { get }

    /// Makes the folder when it is missing.
    func create() throws(SystemError)
    /// The names in the folder, sorted.
    func names() throws(SystemError) -> [String]
    /// Opens a file of the folder.
    func open(
        _ name: String,
        for access: File.Access,
        creating creation: File.Creation
    ) throws(SystemError) -> any LogDiskFile
    /// Gives a file another name, in place of the file that has it.
    func rename(_ name: String, to newName: String) throws(SystemError)
    /// Removes a file.
    func remove(_ name: String) throws(SystemError)
    /// Waits until the names are on the medium.
    func sync() throws(SystemError)
    /// Tries to become the only process that works on the folder.
    func lock() throws(SystemError) -> LogDiskLock
}

/// An open file of a disk, closed with its last reference; `File` says what its calls do.
package protocol LogDiskFile: AnyObject, Sendable {
    /// What the file is called, for messages.
    var path: String { get }

    /// Fills `bytes` from `offset` on; the number of bytes there were.
    func read(into bytes: inout MutableSpan<UInt8>, at offset: Int) throws(SystemError) -> Int
    /// Writes all of `bytes` at `offset`.
    func write(_ bytes: Span<UInt8>, at offset: Int) throws(SystemError)
    /// Waits until the content, and the size it needs, are on the medium.
    func syncData() throws(SystemError)
    /// Waits until the content and all metadata are on the medium.
    func sync() throws(SystemError)
    /// Reserves space, which reads as zeros.
    func preallocate(byteCount: Int) throws(SystemError)
    /// Sets the size.
    func truncate(to byteCount: Int) throws(SystemError)
    /// The size.
    func byteCount() throws(SystemError) -> Int
}

/// What became of an attempt to lock a disk.
package enum LogDiskLock: Sendable {
    /// It is held until the last reference to this goes.
    case taken(any AnyObject & Sendable)
    /// Another holder has it: its process id, as far as it could be read.
    case held(processID: Int?)
}
