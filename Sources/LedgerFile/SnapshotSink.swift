import Ledger
import Platform

/// The file of a snapshot while it is written: lines in, checksummed chunks out.
final class SnapshotSink {
    /// Lines are gathered up to this many bytes before they are written.
    private static let chunkByteCount = 1 << 20
    /// After so many bytes the medium is waited for: a sync of a whole large file at its end would
    /// hold up the appends behind it.
    private static let syncByteCount = 16 << 20
    private static let lineFeed = UInt8(ascii: "\n")

    private let file: any LogDiskFile
    private var buffer: [UInt8] = []
    private var checksum = Checksum()
    private var lineCount: UInt64 = 0
    private var offset = 0
    private var syncedOffset = 0

    /// Makes the file, or empties what an earlier attempt left.
    init(_ disk: any LogDisk, _ name: String) throws(JournalError) {
        file = try JournalError.translating { () throws(SystemError) in
            let file = try disk.open(name, for: .readWrite, creating: .ifMissing)
            try file.truncate(to: 0)
            return file
        }
    }

    /// Adds a line; the first is the header.
    func add(_ line: [UInt8]) throws(JournalError) {
        let feed = line.span.firstIndex(of: Self.lineFeed)
        precondition(feed == nil, "a line of a snapshot has no line feed")
        precondition(line.count <= JournalRecord.payloadByteCountMax, "a line is at most 64 MiB")
        buffer += line
        buffer.append(Self.lineFeed)
        lineCount += 1
        if buffer.count >= Self.chunkByteCount { try flush() }
    }

    /// Adds the trailer, and waits until all of it is on the medium.
    func finish() throws(JournalError) {
        try flush()
        // The header is not one of the source's lines.
        let text = SnapshotText.trailer(count: lineCount - 1, checksum: checksum.value)
        buffer = Array(text.utf8) + [Self.lineFeed]
        try flush()
        try JournalError.translating { () throws(SystemError) in try file.sync() }
    }

    private func flush() throws(JournalError) {
        var chunk: [UInt8] = []
        swap(&chunk, &buffer)
        checksum.add(chunk.span)
        do {
            try file.write(chunk.span, at: offset)
            offset += chunk.count
            if offset - syncedOffset >= Self.syncByteCount {
                try file.syncData()
                syncedOffset = offset
            }
        } catch {
            throw JournalError(error)
        }
        chunk.removeAll(keepingCapacity: true)
        buffer = chunk
    }
}
