import Platform

/// The segment that is written to.
final class OpenSegment {
    /// Zeros are written ahead of the records up to a multiple of this.
    ///
    /// A first write into reserved space changes the file's extents, and a sync then waits for the
    /// file system's own log too. Writing zeros once for many batches spares all but one of them.
    private static let zeroAheadByteCount = 256 << 10

    private let file: any LogDiskFile
    /// Where the next batch goes.
    private var end: Int
    /// Up to here the space was written to already.
    private var zeroEnd: Int
    /// The size of the file.
    private let byteCount: Int

    /// Opens a segment that recovery has read up to `end`.
    init(_ disk: any LogDisk, _ position: UInt64, end: Int) throws(SystemError) {
        file = try disk.open(
            LogFileName.segment(position),
            for: .readWrite,
            creating: .never
        )
        byteCount = try file.byteCount()
        self.end = end
        zeroEnd = end
    }

    /// Makes an empty segment, durable under its name when it returns.
    static func make(
        _ disk: any LogDisk,
        _ position: UInt64,
        byteCount: Int
    ) throws(SystemError) -> OpenSegment {
        let name = LogFileName.segment(position)
        let temporary = name + LogFileName.temporarySuffix
        let file = try disk.open(temporary, for: .readWrite, creating: .mustBeNew)
        do {
            try file.preallocate(byteCount: byteCount)
            try file.write(SegmentHeader.bytes(position: position).span, at: 0)
            try file.sync()
        } catch {
            throw removing(temporary, from: disk, after: error)
        }
        try disk.rename(temporary, to: name)
        try disk.sync()
        return try OpenSegment(disk, position, end: SegmentHeader.byteCount)
    }

    /// On a full medium the part that was reserved would take the space of a snapshot.
    private static func removing(
        _ name: String,
        from disk: any LogDisk,
        after error: SystemError
    ) -> SystemError {
        do {
            try disk.remove(name)
            return error
        } catch let second {
            let operation = "\(second.message), after \(error.operation)"
            return SystemError(operation: operation, errno: error.errno)
        }
    }

    /// The size of a segment for one batch of `batch` bytes.
    static func byteCount(for batch: Int) -> Int {
        SegmentHeader.byteCount + batch + RecordFrame.byteCount
    }

    /// Whether a batch of so many bytes fits, with a seal behind it.
    ///
    /// An empty segment takes any batch and grows: another one would need the same name.
    func hasRoom(for batch: Int) -> Bool {
        end == SegmentHeader.byteCount || end + batch + RecordFrame.byteCount <= byteCount
    }

    /// Writes a batch, with zeros added to it; durable when it returns.
    func write(_ batch: inout [UInt8]) throws(SystemError) {
        let next = end + batch.count
        if next > zeroEnd {
            let chunk = Self.zeroAheadByteCount
            zeroEnd = max(next, min(byteCount, (next + chunk - 1) / chunk * chunk))
            batch += [UInt8](repeating: 0, count: zeroEnd - next)
        }
        try file.write(batch.span, at: end)
        try file.syncData()
        end = next
    }

    /// Marks that a segment follows, so that its loss would be noticed; durable when it returns.
    func seal(before position: UInt64) throws(SystemError) {
        try file.write(RecordFrame.seal(position: position).span, at: end)
        try file.syncData()
    }
}
