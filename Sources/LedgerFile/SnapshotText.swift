/// The first and the last line of a snapshot, without their line feeds.
enum SnapshotText {
    /// The newest version that is read, and the one that is written.
    static let version: UInt64 = 1
    /// The longest header or trailer, in bytes; both have two numbers of at most 20 digits.
    static let lineByteCountMax = 256

    private static let headerStart = #"{"format":"bindery-snapshot","version":"#
    private static let headerMiddle = #","position":"#
    private static let trailerStart = #"{"count":"#
    private static let trailerMiddle = #","digest":"crc32c:"#
    private static let trailerEnd = #""}"#

    /// What a header says.
    enum Header: Equatable {
        case position(UInt64)
        /// A later version; the format and the version come first in every version.
        case newer(version: UInt64)
    }

    static func header(position: UInt64) -> String {
        "\(headerStart)\(version)\(headerMiddle)\(position)}"
    }

    static func readHeader(_ line: String) -> Header? {
        guard line.hasPrefix(headerStart) else { return nil }
        let rest = line.dropFirst(headerStart.count)
        let digits = rest.prefix { $0.isNumber }
        guard let found = UInt64(digits) else { return nil }
        guard found <= version else { return .newer(version: found) }
        let tail = rest.dropFirst(digits.count + headerMiddle.count).dropLast()
        // Only the one spelling that is written is accepted, so no check can be forgotten.
        guard let position = UInt64(tail), header(position: position) == line else { return nil }
        return .position(position)
    }

    static func trailer(count: UInt64, checksum: UInt32) -> String {
        let digits = String(checksum, radix: 16)
        let zeros = String(repeating: "0", count: 8 - digits.count)
        return "\(trailerStart)\(count)\(trailerMiddle)\(zeros)\(digits)\(trailerEnd)"
    }

    static func readTrailer(_ line: String) -> (count: UInt64, checksum: UInt32)? {
        guard line.hasPrefix(trailerStart) else { return nil }
        let digits = line.dropFirst(trailerStart.count).prefix { $0.isNumber }
        let checksumDigits = line.dropLast(trailerEnd.count).suffix(8)
        guard let count = UInt64(digits), let checksum = UInt32(checksumDigits, radix: 16),
            trailer(count: count, checksum: checksum) == line
        else { return nil }
        return (count, checksum)
    }
}
