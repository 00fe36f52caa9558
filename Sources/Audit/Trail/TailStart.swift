import Platform

/// Where the end of a segment begins, as far as a start reads it.
enum TailStart {
    /// The bytes at the end of a segment that are read at least.
    static let byteCountMin = 128 << 10
    /// The batches at the end that are read at least: of the last one nothing may be whole.
    private static let batchCountMin = 2

    /// The offset of a batch's first line, or 0.
    ///
    /// A line that begins with a space begins a batch, and no line feed stands within one.
    static func find(in folder: Folder, _ segment: UInt64) throws(AuditError) -> Int {
        try AuditError.translating { () throws(SystemError) in
            let file = try File(folder.path(of: SegmentName.text(segment)), for: .read)
            let end = try file.byteCount()
            var byteCount = byteCountMin
            while byteCount < end {
                if let start = try batchStart(file, end - byteCount..<end) { return start }
                byteCount *= 4
            }
            return 0
        }
    }

    /// The first batch that begins in the range, when enough of them do.
    private static func batchStart(
        _ file: borrowing File,
        _ range: Range<Int>
    ) throws(SystemError) -> Int? {
        var bytes = [UInt8](repeating: 0, count: range.count)
        var span = bytes.mutableSpan
        _ = try file.read(into: &span, at: range.lowerBound)
        var first: Int?
        var count = 0
        for index in bytes.indices.dropLast()
        where bytes[index] == 0x0A && bytes[index + 1] == 0x20 {
            first = first ?? range.lowerBound + index + 1
            count += 1
            if count == batchCountMin { return first }
        }
        return nil
    }
}
