import JSON
import Platform

/// The file `removed.json` in the trail's folder: the last record that was removed, behind which the
/// chain goes on.
///
/// It is durable before the first segment goes, so that a removal that was interrupted is finished by
/// the next one, and a chain that begins later than with record 1 can be checked.
enum RemovalMark {
    static let name = "removed.json"
    private static let temporaryName = "removed.json.tmp"
    private static let byteCountMax = 4096

    /// The last record that was removed; the head of an empty trail when none was.
    static func read(in folder: Folder) throws(AuditError) -> AuditHead {
        let path = folder.path(of: name)
        let bytes: [UInt8]
        do throws(SystemError) {
            bytes = try File.contents(of: path, byteCountMax: byteCountMax)
        } catch {
            if error.isMissingFile { return .empty }
            throw AuditError(error)
        }
        do {
            let json = try JSONValue(parsing: bytes)
            if case .integer(let sequence) = json["sequence"], sequence > 0,
                let hash = json["hash"]?.string
            {
                return AuditHead(sequence: UInt64(sequence), hash: hash)
            }
        } catch {
            throw AuditError(.damaged, "\(path): not what was written")
        }
        throw AuditError(.damaged, "\(path): not what was written")
    }

    /// Names the last record that is removed; durable when it returns.
    static func write(_ last: AuditHead, in folder: Folder) throws(AuditError) {
        let json: JSONValue = [
            "sequence": .integer(Int64(clamping: last.sequence)), "hash": .string(last.hash),
        ]
        let bytes = json.serialized() + [0x0A]
        try AuditError.translating { () throws(SystemError) in
            let temporary = folder.path(of: temporaryName)
            let file = try File(temporary, for: .readWrite, creating: .ifMissing)
            try file.truncate(to: 0)
            try file.write(bytes.span, at: 0)
            try file.sync()
            try folder.rename(temporaryName, to: name)
            try folder.sync()
        }
    }
}
