import Ledger
import Platform

/// The data folder of a replica: one of many processes over a ledger that is kept elsewhere.
///
/// It holds the process's own audit trail, and the name under which the ledger anchors it. One process
/// at a time works on it.
struct ReplicaFolder: Sendable {
    /// The file that holds the name.
    static let fileName = "replica"
    /// The length of a name, in bytes.
    private static let nameByteCount = 36

    /// Whose audit trail it is.
    let writer: AuditWriter
    /// Whether it was named just now and goes on with the trail of a ledger in a folder.
    let continuesOnly: Bool
    private let lock: FolderLock

    /// Takes the folder, which is made when it is missing, and names the replica when it has no name.
    ///
    /// - Throws: One line for the operator: held, not writable, or not what was written.
    static func open(_ path: String) throws(CommandFailure) -> ReplicaFolder {
        try using(path) { folder in
            try folder.create()
            guard case .taken(let lock) = try FolderLock.attempt(folder) else {
                throw CommandFailure.failed(
                    "\(path) is held by another process: each replica has a folder of its own"
                )
            }
            let names = try folder.names()
            let isNew = !names.contains(fileName)
            let name = isNew ? try make(folder) : try read(folder)
            return ReplicaFolder(
                writer: AuditWriter(name),
                continuesOnly: isNew && (names.contains("audit") || names.contains("ledger")),
                lock: lock
            )
        }
    }

    /// Whose audit trail a data folder holds: a replica's that it was once, else that of the one process
    /// of a ledger in a folder.
    ///
    /// - Throws: One line for the operator.
    static func writer(in path: String) throws(CommandFailure) -> AuditWriter {
        try using(path) { folder in
            do {
                guard try folder.names().contains(fileName) else { return .only }
                return AuditWriter(try read(folder))
            } catch let error as SystemError where error.isMissingFile {
                return .only
            }
        }
    }

    /// Does `work` with the folder, with its failure as the operator's.
    private static func using<Value>(
        _ path: String,
        _ work: (Folder) throws -> Value
    ) throws(CommandFailure) -> Value {
        do {
            return try work(Folder(path))
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            let detail = (error as? SystemError)?.message ?? "it can't be read"
            throw .failed("the data folder can't be used: \(detail)")
        }
    }

    private static func read(_ folder: Folder) throws -> String {
        let path = folder.path(of: fileName)
        let bytes = try File.contents(of: path, byteCountMax: nameByteCount + 1)
        let name = String(decoding: bytes.prefix(nameByteCount), as: UTF8.self)
        let isName = name.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x61...0x66, 0x2D: true
            default: false
            }
        }
        guard isName, name.utf8.count == nameByteCount else {
            throw CommandFailure.failed(
                "\(path) does not hold a replica's name: restore it, as the ledger knows the audit "
                    + "trail beside it by that name"
            )
        }
        return name
    }

    /// Durable before it is used: a trail without its name could not be checked any more.
    private static func make(_ folder: Folder) throws -> String {
        let name = UUIDv7.make(now: WallClock.milliseconds())
        let draft = fileName + ".tmp"
        let file = try File(folder.path(of: draft), for: .readWrite, creating: .ifMissing)
        let text = Array("\(name)\n".utf8)
        try file.write(text.span, at: 0)
        try file.truncate(to: text.count)
        try file.sync()
        try file.close()
        try folder.rename(draft, to: fileName)
        try folder.sync()
        return name
    }
}
