/// The right to be the only process that works on a folder, held until it is let go of.
///
/// It is the kernel's lock on a file in the folder, so it ends with the process, however that ends.
/// The file stays: removing it would let two processes lock two files of one name.
public final class FolderLock: Sendable {
    /// What became of an attempt to take the lock.
    public enum Attempt: Sendable {
        /// The lock, now held.
        case taken(FolderLock)
        /// Another holder has it: its process id, as far as it could be read.
        case held(processID: Int?)
    }

    /// The name of the lock file; it holds the id of the process that took the lock last.
    public static let fileName = "LOCK"

    private let file: File

    private init(file: consuming File) {
        self.file = file
    }

    deinit {
        do throws(SystemError) {
            // Closing alone would leave the lock to a child process that is between its fork and its
            // exec.
            try file.unlock()
        } catch {
            // Only an invalid descriptor can fail, and this one is open.
            preconditionFailure(error.message)
        }
    }

    /// Tries to take the lock of `folder`, without waiting.
    ///
    /// It conflicts with every other holder, also with one in this process.
    public static func attempt(_ folder: Folder) throws(SystemError) -> Attempt {
        let path = folder.path(of: fileName)
        let file = try File(path, for: .readWrite, creating: .ifMissing)
        guard try file.lockExclusively() else { return .held(processID: try holder(file)) }
        let text = Array("\(File.processID)\n".utf8)
        // Over the old text, and cut behind it: on a full medium that needs no new block.
        try file.write(text.span, at: 0)
        try file.truncate(to: text.count)
        return .taken(FolderLock(file: file))
    }

    /// Tells whether somebody holds the lock of `folder`, and changes nothing; nil when nobody does.
    ///
    /// It holds the lock itself for a moment.
    public static func holder(of folder: Folder) throws(SystemError) -> Holder? {
        let file: File
        do {
            file = try File(folder.path(of: fileName), for: .read)
        } catch {
            if error.isMissingFile { return nil }
            throw error
        }
        guard try file.lockExclusively() else { return Holder(processID: try holder(file)) }
        try file.unlock()
        return nil
    }

    /// Who holds a lock.
    public struct Holder: Sendable, Hashable {
        /// Its process id, as far as it could be read.
        public let processID: Int?
    }

    private static func holder(_ file: borrowing File) throws(SystemError) -> Int? {
        var bytes = [UInt8](repeating: 0, count: 20)
        var span = bytes.mutableSpan
        let count = try file.read(into: &span, at: 0)
        return Int(String(decoding: bytes[..<count].prefix { $0 != 0x0A }, as: UTF8.self))
    }
}
