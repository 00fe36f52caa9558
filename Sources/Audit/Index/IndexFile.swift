import Platform

/// The index of a segment, read from its file as far as a look-up needs it.
///
/// A value of one look-up: it holds an open file, and the block of entries that it read last.
final class IndexFile: SegmentIndex {
    let summary: SegmentSummary
    var segment: UInt64 { summary.first }
    private let opened: Opened
    private var file: OpenFile { opened.file }
    private let bucketCount: Int
    /// Where the directory, the buckets, the lists and the times begin.
    private let parts: [Int]
    private var block: (number: Int, bytes: [UInt8])?

    /// Opens the index of a segment, and checks that it is the segment's beside it.
    ///
    /// - Throws: `AuditError` with `.damaged` for an index that must be made again, also when there is
    ///   none.
    init(of segment: UInt64, in folder: Folder) throws(AuditError) {
        let path = folder.path(of: SegmentName.index(segment))
        opened = try Self.open(path)
        let head = opened.head
        guard head.count == IndexLayout.headerByteCount, head.starts(with: IndexLayout.magic),
            IndexLayout.checksum(head.dropLast(4), 0) == head.littleEndian(UInt32.self, at: 188)
        else { throw AuditError(.damaged, "\(path): the header is not what was written") }
        summary = Self.summary(head)
        bucketCount = Int(head.littleEndian(UInt32.self, at: 20))
        parts = (0..<4).map { Int(clamping: head.littleEndian(UInt64.self, at: 128 + 8 * $0)) }
        guard summary.first == segment, summary.count > 0 else {
            throw AuditError(.damaged, "\(path): is the index of another segment")
        }
    }

    private static func open(_ path: String) throws(AuditError) -> Opened {
        do throws(SystemError) {
            return try Opened(path)
        } catch {
            guard error.isMissingFile else { throw AuditError(error) }
            throw AuditError(.damaged, "\(path): there is none")
        }
    }

    /// An open file, which an object may hold before it knows whether it will be.
    private final class OpenFile {
        let file: File
        init(_ file: consuming File) { self.file = file }

        func read(_ offset: Int, _ count: Int) throws(SystemError) -> [UInt8] {
            var bytes = [UInt8](repeating: 0, count: count)
            var span = bytes.mutableSpan
            let read = try file.read(into: &span, at: offset)
            bytes.removeLast(count - read)
            return bytes
        }
    }

    /// A file and its first bytes.
    private struct Opened {
        let file: OpenFile
        let head: [UInt8]

        init(_ path: String) throws(SystemError) {
            file = OpenFile(try File(path, for: .read))
            head = try file.read(0, IndexLayout.headerByteCount)
        }
    }

    private static func summary(_ head: [UInt8]) -> SegmentSummary {
        func time(_ offset: Int) -> Int64 { head.littleEndian(Int64.self, at: offset) }
        var summary = SegmentSummary(first: head.littleEndian(UInt64.self, at: 8))
        summary.count = Int(head.littleEndian(UInt32.self, at: 16))
        summary.byteCount = Int(clamping: head.littleEndian(UInt64.self, at: 24))
        summary.occurred = min(time(32), time(40))...max(time(32), time(40))
        summary.appended = min(time(48), time(56))...max(time(48), time(56))
        summary.previousHash = Hex.encode(head[64..<96])
        summary.lastHash = Hex.encode(head[96..<128])
        return summary
    }

    /// Checks that the segment still ends as it did when the index was made.
    func check(in folder: Folder) throws(AuditError) {
        let path = folder.path(of: SegmentName.text(segment))
        let end = "\"hash\":\"\(summary.lastHash)\"}\n"
        let (isSame, tail) = try AuditError.translating { () throws(SystemError) in
            let file = OpenFile(try File(path, for: .read))
            let byteCount = try file.file.byteCount()
            let start = max(0, byteCount - end.utf8.count)
            return (byteCount == summary.byteCount, try file.read(start, end.utf8.count))
        }
        guard isSame, tail == Array(end.utf8) else {
            throw AuditError(.damaged, "\(path): the segment is another than was indexed")
        }
    }

    func ordinals(of term: IndexTerm) throws(AuditError) -> OrdinalSet {
        guard let (start, listed) = try find(term) else { return OrdinalSet(count: summary.count) }
        let isBitmap = IndexLayout.isBitmap(listed, of: summary.count)
        let byteCount = isBitmap ? IndexLayout.bitmapByteCount(summary.count) : listed * 4
        let bytes = try part(parts[2] + start, byteCount, number: term.key)
        if isBitmap {
            return OrdinalSet(
                words: stride(from: 0, to: byteCount, by: 8)
                    .map { bytes.littleEndian(UInt64.self, at: $0) }
            )
        }
        var set = OrdinalSet(count: summary.count)
        for offset in stride(from: 0, to: byteCount, by: 4) {
            let ordinal = Int(bytes.littleEndian(UInt32.self, at: offset))
            guard ordinal < summary.count else { throw damaged("a list names no record") }
            set.insert(ordinal)
        }
        return set
    }

    /// Where the term's records are listed, and how many they are; nil when there are none.
    private func find(_ term: IndexTerm) throws(AuditError) -> (start: Int, count: Int)? {
        let bucket = IndexLayout.bucket(of: term, bucketCount: bucketCount)
        let range = try bytes(parts[0] + 4 * bucket, 8)
        let start = Int(range.littleEndian(UInt32.self, at: 0))
        let end = Int(range.littleEndian(UInt32.self, at: 4))
        guard start + IndexLayout.checksumByteCount <= end, parts[1] + end <= parts[2] else {
            throw damaged("the directory is not what was written")
        }
        let bytes = try part(
            parts[1] + start,
            end - start - IndexLayout.checksumByteCount,
            number: UInt64(bucket)
        )
        let size = IndexLayout.bucketEntryByteCount
        for offset in stride(from: 0, to: bytes.count / size * size, by: size)
        where bytes.littleEndian(UInt64.self, at: offset) == term.key {
            let start = Int(bytes.littleEndian(UInt32.self, at: offset + 8))
            return (start, Int(bytes.littleEndian(UInt32.self, at: offset + 12)))
        }
        return nil
    }

    var blockTimes: BlockTimes {
        get throws(AuditError) {
            let blockCount = (summary.count - 1) / IndexLayout.blockCount + 1
            guard parts[3] > 0 else { return try timesOfEntries() }
            let bytes = try part(parts[3], blockCount * 16, number: UInt64(summary.count))
            var ranges: [ClosedRange<Int64>] = []
            for offset in stride(from: 0, to: bytes.count, by: 16) {
                let earliest = bytes.littleEndian(Int64.self, at: offset)
                let latest = bytes.littleEndian(Int64.self, at: offset + 8)
                guard earliest <= latest else { throw damaged("a block's times are no range") }
                ranges.append(earliest...latest)
            }
            return BlockTimes(ranges: ranges)
        }
    }

    /// The times as the entries have them, for a file that keeps none.
    private func timesOfEntries() throws(AuditError) -> BlockTimes {
        var times = BlockTimes()
        for first in stride(from: 0, to: summary.count, by: IndexLayout.blockCount) {
            let bytes = try entries(first / IndexLayout.blockCount)
            for index in 0..<bytes.count / IndexEntry.byteCount {
                let offset = index * IndexEntry.byteCount
                times.add(first + index, occurredAt: bytes.littleEndian(Int64.self, at: offset))
            }
        }
        return times
    }

    func entry(_ ordinal: Int) throws(AuditError) -> IndexEntry {
        let number = ordinal / IndexLayout.blockCount
        let bytes = try entries(number)
        return Self.entry(bytes, ordinal % IndexLayout.blockCount)
    }

    private static func entry(_ block: [UInt8], _ index: Int) -> IndexEntry {
        let offset = index * IndexEntry.byteCount
        return IndexEntry(
            occurredAt: block.littleEndian(Int64.self, at: offset),
            idTail: block.littleEndian(UInt64.self, at: offset + 8),
            offset: block.littleEndian(UInt32.self, at: offset + 16),
            length: block.littleEndian(UInt32.self, at: offset + 20)
        )
    }

    /// A block of entries.
    private func entries(_ number: Int) throws(AuditError) -> [UInt8] {
        if let block, block.number == number { return block.bytes }
        let first = number * IndexLayout.blockCount
        let count = min(IndexLayout.blockCount, summary.count - first)
        let whole = IndexLayout.blockCount * IndexEntry.byteCount + IndexLayout.checksumByteCount
        let bytes = try part(
            IndexLayout.headerByteCount + number * whole,
            count * IndexEntry.byteCount,
            number: UInt64(first)
        )
        block = (number, bytes)
        return bytes
    }

    func ordinals(ofIDTail tail: UInt64) throws(AuditError) -> [Int] {
        var found: [Int] = []
        for first in stride(from: 0, to: summary.count, by: IndexLayout.blockCount) {
            let bytes = try entries(first / IndexLayout.blockCount)
            for index in 0..<bytes.count / IndexEntry.byteCount
            where bytes.littleEndian(
                UInt64.self,
                at: index * IndexEntry.byteCount + 8
            ) == tail {
                found.append(first + index)
            }
        }
        return found
    }

    /// A part of the file, whose checksum is behind it.
    private func part(_ offset: Int, _ count: Int, number: UInt64) throws(AuditError) -> [UInt8] {
        var bytes = try bytes(offset, count + IndexLayout.checksumByteCount)
        let checksum = bytes.littleEndian(UInt32.self, at: count)
        bytes.removeLast(IndexLayout.checksumByteCount)
        guard IndexLayout.checksum(bytes[...], number) == checksum else {
            throw damaged("offset \(offset): not what was written")
        }
        return bytes
    }

    private func bytes(_ offset: Int, _ count: Int) throws(AuditError) -> [UInt8] {
        let bytes = try AuditError.translating { () throws(SystemError) in
            try file.read(offset, count)
        }
        guard bytes.count == count else { throw damaged("it ends too early") }
        return bytes
    }

    private func damaged(_ reason: String) -> AuditError {
        AuditError(.damaged, "\(file.file.path): \(reason)")
    }
}
