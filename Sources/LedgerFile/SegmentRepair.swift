import Ledger
import Platform

/// The changes that recovery makes to a segment, each durable when it returns.
struct SegmentRepair {
    /// The disk of the segment.
    let disk: any LogDisk
    /// The segment's name.
    let segment: String

    /// How many copies of one place are kept; more are a reason to look, not to go on.
    private static let copyCountMax = 100

    /// Copies the bytes in `range` to a `.broken` file, then puts zeros in their place.
    ///
    /// - Returns: What was done, for the operator.
    func cut(
        _ range: Range<Int>,
        because reason: String = "the last batch was incomplete"
    ) throws(JournalError) -> String {
        let copy = try newCopy(of: range.lowerBound)
        try write(range, to: copy, at: 0)
        try JournalError.translating { () throws(SystemError) in
            try copy.sync()
            // The copy's name is durable before the original goes.
            try disk.sync()
            let file = try disk.open(segment, for: .readWrite, creating: .never)
            let zeros = [UInt8](repeating: 0, count: FileWindow.chunkByteCount)
            for start in stride(from: range.lowerBound, to: range.upperBound, by: zeros.count) {
                let count = min(zeros.count, range.upperBound - start)
                try file.write(zeros.span.extracting(..<count), at: start)
            }
            try file.syncData()
        }
        return "\(segment), offset \(range.lowerBound): \(reason), "
            + "\(range.count) bytes were cut and are kept as \(copy.path)"
    }

    /// Writes the bytes in `range` where they are.
    ///
    /// A sync that failed in an earlier process may have left them in memory only, with pages that
    /// the kernel no longer means to write: written anew, they are synced for sure, or fail again.
    func rewrite(_ range: Range<Int>) throws(JournalError) {
        let file = try JournalError.translating { () throws(SystemError) in
            try disk.open(segment, for: .readWrite, creating: .never)
        }
        try write(range, to: file, at: range.lowerBound)
        try JournalError.translating { () throws(SystemError) in try file.syncData() }
    }

    private func newCopy(of offset: Int) throws(JournalError) -> any LogDiskFile {
        let stem = "\(segment).\(offset)"
        for number in 1..<Self.copyCountMax {
            // A crash between the copy and the cut leaves a copy that must not be overwritten.
            let name = stem + (number == 1 ? "" : ".\(number)") + LogFileName.brokenSuffix
            do {
                return try disk.open(name, for: .readWrite, creating: .mustBeNew)
            } catch {
                guard error.isExistingFile else { throw JournalError(error) }
            }
        }
        throw JournalError(
            .unavailable,
            "\(disk.path)/\(stem)*.broken: too many copies, move them away"
        )
    }

    private func write(
        _ range: Range<Int>,
        to file: any LogDiskFile,
        at offset: Int
    ) throws(JournalError) {
        var window = try FileWindow(disk, segment)
        for start in stride(from: range.lowerBound, to: range.upperBound, by: chunk) {
            let place = try window.show(start..<min(start + chunk, range.upperBound))
            do {
                let target = offset + start - range.lowerBound
                try file.write(window.buffer.span.extracting(place), at: target)
            } catch {
                throw JournalError(error)
            }
        }
    }

    private var chunk: Int { FileWindow.chunkByteCount }
}
