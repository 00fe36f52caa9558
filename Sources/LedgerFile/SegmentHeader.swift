import Ledger
import Platform

/// The first bytes of a segment; `FileJournal` has the table of them.
enum SegmentHeader {
    static let byteCount = 32
    static let version: UInt32 = 1
    private static let magic = Array("BNDRYLOG".utf8)
    private static let checksumOffset = 28

    /// The header of the segment that begins at `position`.
    static func bytes(position: UInt64) -> [UInt8] {
        var bytes = magic
        bytes.append(littleEndian: version)
        bytes.append(littleEndian: UInt32(0))
        bytes.append(littleEndian: position)
        bytes.append(littleEndian: UInt32(0))
        bytes.append(littleEndian: Checksum.crc32c(bytes.span))
        return bytes
    }

    /// Checks a header against the position that the file's name tells.
    static func check(
        _ bytes: Span<UInt8>,
        position: UInt64,
        segment: String
    ) throws(JournalError) {
        guard bytes.count == byteCount,
            bytes.extracting(..<magic.count).elementsEqual(magic),
            bytes.littleEndian(at: checksumOffset, as: UInt32.self)
                == Checksum.crc32c(bytes.extracting(..<checksumOffset))
        else { throw .damaged(segment, at: 0, "its header is unreadable") }
        // The checksum is in one place for ever, so this number is the writer's, not a flipped bit.
        let found = bytes.littleEndian(at: magic.count, as: UInt32.self)
        guard found <= version else {
            throw JournalError(
                .newerFormat,
                "\(segment) has format version \(found), this program reads up to \(version): "
                    + "use the program that wrote it, or a newer one"
            )
        }
        guard bytes.littleEndian(at: 16, as: UInt64.self) == position else {
            throw .damaged(segment, at: 16, "it begins at another position than its name tells")
        }
    }
}

extension Span<UInt8> {
    /// Whether these are the bytes of `other`.
    fileprivate func elementsEqual(_ other: [UInt8]) -> Bool {
        guard count == other.count else { return false }
        for index in indices where self[index] != other[index] { return false }
        return true
    }
}
