extension FileJournal {
    /// The sizes of a journal in a folder.
    public struct Configuration: Sendable, Hashable {
        /// The sizes that a segment may have, in bytes.
        public static let segmentByteCounts = 4 << 10...1 << 30
        /// The numbers of snapshots that may be kept.
        public static let snapshotCounts = 1...1000

        /// The bytes reserved for a segment; a larger batch gets a segment of its own size.
        public let segmentByteCount: Int
        /// How many snapshots are kept; segments that the oldest of them covers are removed.
        public let snapshotCount: Int

        /// Sizes within `segmentByteCounts` and `snapshotCounts`.
        ///
        /// A start reads the last segment to its end, also what was only reserved: 8 MiB took 1 ms
        /// from the page cache and 12 ms cold.
        public init(segmentByteCount: Int = 8 << 20, snapshotCount: Int = 2) {
            precondition(
                Self.segmentByteCounts.contains(segmentByteCount),
                "a segment is 4 KiB to 1 GiB"
            )
            precondition(
                Self.snapshotCounts.contains(snapshotCount),
                "1 to 1000 snapshots are kept"
            )
            self.segmentByteCount = segmentByteCount
            self.snapshotCount = snapshotCount
        }
    }
}
