import Ledger
import Platform

/// A part of a file in memory, moved along as its reader goes on.
///
/// Holds one chunk, or one record when that is larger: a log is never in memory as a whole.
struct FileWindow: ~Copyable {
    /// How many bytes are read at once.
    static let chunkByteCount = 1 << 20

    /// The size of the file when it was opened.
    let byteCount: Int
    /// What is in memory; `show` tells where in it.
    private(set) var buffer: [UInt8] = []
    /// The offset of the buffer's first byte in the file.
    private var start = 0
    private let file: any LogDiskFile

    /// Opens the file `name`.
    init(_ disk: any LogDisk, _ name: String) throws(JournalError) {
        (file, byteCount) = try JournalError.translating { () throws(SystemError) in
            let file = try disk.open(name, for: .read, creating: .never)
            return (file, try file.byteCount())
        }
    }

    /// Has the bytes in `range`, which is cut to the file's size, in memory.
    ///
    /// - Returns: Where in `buffer` they are, until the next call.
    mutating func show(_ range: Range<Int>) throws(JournalError) -> Range<Int> {
        let range = range.clamped(to: 0..<byteCount)
        if range.lowerBound < start || range.upperBound > start + buffer.count {
            try move(over: range)
        }
        return range.lowerBound - start..<range.upperBound - start
    }

    /// The offset behind the last byte from `offset` on that is not zero; `offset` without one.
    mutating func dataEnd(from offset: Int) throws(JournalError) -> Int {
        var end = offset
        for chunk in stride(from: offset, to: byteCount, by: Self.chunkByteCount) {
            let place = try show(chunk..<chunk + Self.chunkByteCount)
            let data = dataEnd(in: place)
            if data > place.lowerBound { end = chunk + (data - place.lowerBound) }
        }
        return end
    }

    /// The end of what is left of `place` without the zeros at its end.
    private func dataEnd(in place: Range<Int>) -> Int {
        var end = place.upperBound
        // Large steps first: most of what is looked at is zeros written ahead.
        for step in [64 << 10, 256, 1] {
            while end - step >= place.lowerBound,
                buffer.span.extracting(end - step..<end).isZero
            {
                end -= step
            }
        }
        return end
    }

    private mutating func move(over range: Range<Int>) throws(JournalError) {
        let end = min(max(range.upperBound, range.lowerBound + Self.chunkByteCount), byteCount)
        let count = end - range.lowerBound
        // Taken out while it is filled: the file is a part of `self` too.
        var bytes: [UInt8] = []
        swap(&bytes, &buffer)
        if bytes.count != count { bytes = [UInt8](repeating: 0, count: count) }
        start = range.lowerBound
        let readCount: Int
        do {
            var span = bytes.mutableSpan
            readCount = try file.read(into: &span, at: start)
        } catch {
            throw JournalError(error)
        }
        guard readCount == count else {
            throw JournalError(.unavailable, "\(file.path) became shorter while it was read")
        }
        buffer = bytes
    }
}
