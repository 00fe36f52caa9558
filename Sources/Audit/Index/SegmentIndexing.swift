import Platform

/// Makes indexes of segments, and their files.
///
/// Sequences and links are checked on the way; hashes are by `verify`.
struct SegmentIndexing: Sendable {
    private static let temporaryName = "index.temporary"
    let folder: Folder

    /// What is to be known of a segment that ends before the record `next`: from its index's file, as
    /// far as that is the segment's.
    func closed(_ segment: UInt64, before next: UInt64) throws(AuditError) -> TrailIndex.Closed {
        do throws(AuditError) {
            let file = try IndexFile(of: segment, in: folder)
            try file.check(in: folder)
            if file.summary.end == next { return .filed(file.summary) }
        } catch {
            guard error.code == .damaged else { throw error }
        }
        return try made(segment, before: next)
    }

    /// The index of a segment that ends before the record `next`, made from the segment.
    func made(_ segment: UInt64, before next: UInt64) throws(AuditError) -> TrailIndex.Closed {
        let index = try read(segment, through: next - 1)
        do throws(AuditError) {
            try write(index)
        } catch {
            // A disk that is full now: what memory has serves as well.
            return .live(index)
        }
        return .filed(index.summary)
    }

    /// Reads the records of a segment up to `last`.
    ///
    /// - Throws: `AuditError` with `.damaged`, the file and the line.
    func read(_ segment: UInt64, through last: UInt64) throws(AuditError) -> LiveIndex {
        let path = folder.path(of: SegmentName.text(segment))
        var reader = try LineReader.opening(path)
        var index = LiveIndex(segment: segment, first: segment)
        var check = ChainCheck(after: nil)
        check.isThorough = false
        var number = 0
        while check.last?.sequence ?? 0 < last {
            number += 1
            let next: LineReader.Next
            do throws(SystemError) {
                next = try reader.next()
            } catch {
                throw AuditError(error)
            }
            do throws(ChainCheck.Refusal) {
                try Self.take(next, &check, &index, last)
            } catch {
                throw AuditError(.damaged, "\(path): line \(number): \(error.reason)")
            }
        }
        return index
    }

    private static func take(
        _ next: LineReader.Next,
        _ check: inout ChainCheck,
        _ index: inout LiveIndex,
        _ last: UInt64
    ) throws(ChainCheck.Refusal) {
        let expected = index.summary.end
        switch next {
        case .line(let line, let offset):
            let record = try check.take(line).record
            guard record.sequence == expected else {
                let reason = "expected record \(expected), found \(record.sequence)"
                throw ChainCheck.Refusal(sequence: expected, reason: reason)
            }
            let place = RecordPlace(
                sequence: record.sequence,
                segment: index.segment,
                offset: offset,
                length: line.count
            )
            index.add(IndexedRecord(record, at: place))
        case .fragment:
            throw ChainCheck.Refusal(sequence: expected, reason: "the line has no end")
        case .end:
            let reason = "the segment ends before record \(expected) of \(last)"
            throw ChainCheck.Refusal(sequence: expected, reason: reason)
        }
    }

    /// Writes the file of an index, in place of one that is there.
    ///
    /// It is not waited for until it is durable: what a crash leaves of it is found by its checksums.
    func write(_ index: LiveIndex) throws(AuditError) {
        let bytes = IndexLayout.bytes(of: index)
        let folder = folder
        try AuditError.translating { () throws(SystemError) in
            let temporary = folder.path(of: Self.temporaryName)
            let file = try File(temporary, for: .readWrite, creating: .ifMissing)
            try file.truncate(to: 0)
            try file.write(bytes.span, at: 0)
            try file.close()
            try folder.rename(Self.temporaryName, to: SegmentName.index(index.segment))
        }
    }
}
