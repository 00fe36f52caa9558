import Platform

extension IndexLayout {
    /// The bytes of an index's file.
    static func bytes(of index: LiveIndex) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: headerByteCount)
        appendEntries(of: index, to: &bytes)
        let lists = Lists(index)
        let directory = bytes.count
        bytes += lists.directory
        let buckets = bytes.count
        bytes += lists.buckets
        let postings = bytes.count
        bytes += lists.postings
        let times = bytes.count
        appendTimes(of: index, to: &bytes)
        let head = header(
            index.summary,
            bucketCount: lists.bucketCount,
            parts: [directory, buckets, postings, times]
        )
        bytes.replaceSubrange(0..<head.count, with: head)
        return bytes
    }

    private static func header(
        _ summary: SegmentSummary,
        bucketCount: Int,
        parts: [Int]
    ) -> [UInt8] {
        var head = magic
        head.append(littleEndian: summary.first)
        head.append(littleEndian: UInt32(summary.count))
        head.append(littleEndian: UInt32(bucketCount))
        head.append(littleEndian: UInt64(summary.byteCount))
        for range in [summary.occurred, summary.appended] {
            head.append(littleEndian: range?.lowerBound ?? 0)
            head.append(littleEndian: range?.upperBound ?? 0)
        }
        for hash in [summary.previousHash, summary.lastHash] {
            let digest = Hex.decode(hash) ?? []
            head += (digest + [UInt8](repeating: 0, count: 32)).prefix(32)
        }
        for part in parts { head.append(littleEndian: UInt64(part)) }
        head += [UInt8](repeating: 0, count: headerByteCount - checksumByteCount - head.count)
        seal(&head, from: 0, number: 0)
        return head
    }

    private static func appendEntries(of index: LiveIndex, to bytes: inout [UInt8]) {
        for block in stride(from: 0, to: index.entries.count, by: blockCount) {
            let start = bytes.count
            for entry in index.entries[block...].prefix(blockCount) {
                bytes.append(littleEndian: entry.occurredAt)
                bytes.append(littleEndian: entry.idTail)
                bytes.append(littleEndian: entry.offset)
                bytes.append(littleEndian: entry.length)
            }
            seal(&bytes, from: start, number: UInt64(block))
        }
    }

    private static func appendTimes(of index: LiveIndex, to bytes: inout [UInt8]) {
        let start = bytes.count
        for range in index.blockTimes.ranges {
            bytes.append(littleEndian: range.lowerBound)
            bytes.append(littleEndian: range.upperBound)
        }
        seal(&bytes, from: start, number: UInt64(index.summary.count))
    }

    /// The terms of an index, and the records of each.
    private struct Lists {
        var directory: [UInt8] = []
        var buckets: [UInt8] = []
        var postings: [UInt8] = []
        let bucketCount: Int

        init(_ index: LiveIndex) {
            let terms = index.postings.sorted { $0.key.key < $1.key.key }
            bucketCount = IndexLayout.bucketCount(termCount: terms.count)
            var next = 0
            for bucket in 0..<bucketCount {
                let start = buckets.count
                directory.append(littleEndian: UInt32(start))
                while next < terms.count,
                    IndexLayout.bucket(of: terms[next].key, bucketCount: bucketCount) == bucket
                {
                    let (term, ordinals) = terms[next]
                    buckets.append(littleEndian: term.key)
                    buckets.append(littleEndian: UInt32(postings.count))
                    buckets.append(littleEndian: UInt32(ordinals.count))
                    append(ordinals, term, index.summary.count)
                    next += 1
                }
                IndexLayout.seal(&buckets, from: start, number: UInt64(bucket))
            }
            directory.append(littleEndian: UInt32(buckets.count))
        }

        private mutating func append(_ ordinals: [UInt32], _ term: IndexTerm, _ count: Int) {
            let start = postings.count
            if IndexLayout.isBitmap(ordinals.count, of: count) {
                var set = OrdinalSet(count: count)
                for ordinal in ordinals { set.insert(Int(ordinal)) }
                for word in set.words { postings.append(littleEndian: word) }
            } else {
                for ordinal in ordinals { postings.append(littleEndian: ordinal) }
            }
            IndexLayout.seal(&postings, from: start, number: term.key)
        }
    }
}
