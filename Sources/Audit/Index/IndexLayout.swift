import Platform

/// How a segment's index lies in its file, `audit-<first sequence>.index` beside the segment.
///
/// Everything is little-endian, and each part has its CRC32C behind it, so that a look-up that reads
/// four parts of a few hundred bytes knows that they are as they were written:
///
/// - the header: `BNDYIDX1`, what `SegmentSummary` has, and where the parts begin;
/// - the entries (`IndexEntry`), in blocks of 512;
/// - the directory: where each bucket of terms begins, and where the last one ends;
/// - the buckets: each term's key, where its records are listed, and how many there are;
/// - the lists: ordinals of 4 bytes, or one bit for each record of the segment where that is shorter;
/// - the times: the earliest and the latest of each block of entries. Files that were written before
///   there were times have none, and 0 where they would begin.
///
/// The file can be made again from its segment at any time, and is, when it is missing, damaged, or of
/// another segment than the one beside it (another size, or another last hash).
enum IndexLayout {
    static let magic = Array("BNDYIDX1".utf8)
    static let headerByteCount = 192
    static let blockCount = 512
    static let bucketEntryByteCount = 16
    static let checksumByteCount = 4
    /// The terms of a bucket, about.
    private static let bucketTermCount = 16

    /// The buckets for this many terms: a power of two.
    static func bucketCount(termCount: Int) -> Int {
        var count = 1
        while count * bucketTermCount < termCount { count *= 2 }
        return count
    }

    /// The bucket of a term: the first bits of its key.
    static func bucket(of term: IndexTerm, bucketCount: Int) -> Int {
        bucketCount == 1
            ? 0 : Int(term.key >> UInt64(64 - bucketCount.trailingZeroBitCount))
    }

    /// The size of a list of this many records as bits.
    static func bitmapByteCount(_ recordCount: Int) -> Int { (recordCount + 63) / 64 * 8 }

    /// Whether `listed` of `recordCount` records are kept as bits.
    static func isBitmap(_ listed: Int, of recordCount: Int) -> Bool {
        listed * 4 >= bitmapByteCount(recordCount)
    }

    /// Adds the checksum of what was added from `start` on, of a part that has this number, so that a
    /// part that stands in another's place is found too.
    static func seal(_ bytes: inout [UInt8], from start: Int, number: UInt64) {
        let checksum = checksum(bytes[start...], number)
        bytes.append(littleEndian: checksum)
    }

    /// The checksum of a part.
    static func checksum(_ part: ArraySlice<UInt8>, _ number: UInt64) -> UInt32 {
        var prefix: [UInt8] = []
        prefix.append(littleEndian: number)
        var checksum = Checksum()
        checksum.add(prefix.span)
        checksum.add(part.span)
        return checksum.value
    }
}
