import Platform

/// Reads the records that were there at the start, for the lists, while the server runs.
///
/// Sequences and links are checked on the way; hashes are by `verify`.
struct TrailIndexing {
    let folder: Folder

    /// The index of the records up to `head`.
    ///
    /// - Throws: `AuditError` with `.damaged`, the file and the line.
    func run(through head: AuditHead, entryCountMax: Int) throws(AuditError) -> TrailIndex {
        var index = TrailIndex(entryCountMax: entryCountMax)
        var check = ChainCheck(after: nil)
        check.isThorough = false
        let folder = folder
        let segments = try AuditError.translating { () throws(SystemError) in
            try folder.names().compactMap(SegmentName.first)
        }
        for segment in segments where segment <= head.sequence {
            let expected = (check.last?.sequence).map { $0 + 1 } ?? segment
            guard segment == expected else {
                let detail = "begins with record \(segment), where \(expected) was expected"
                throw AuditError(.damaged, "\(SegmentName.text(segment)): \(detail)")
            }
            try read(segment, through: head, &check, &index)
        }
        return index
    }

    private func read(
        _ segment: UInt64,
        through head: AuditHead,
        _ check: inout ChainCheck,
        _ index: inout TrailIndex
    ) throws(AuditError) {
        let path = folder.path(of: SegmentName.text(segment))
        var reader = try LineReader.opening(path)
        var number = 0
        while check.last?.sequence ?? 0 < head.sequence {
            number += 1
            let next: LineReader.Next
            do throws(SystemError) {
                next = try reader.next()
            } catch {
                throw AuditError(error)
            }
            switch next {
            case .line(let line, let offset):
                do throws(ChainCheck.Refusal) {
                    let record = try check.take(line).record
                    let place = RecordPlace(segment: segment, offset: offset, length: line.count)
                    index.add(IndexEntry(record, at: place), tenant: record.tenant)
                } catch {
                    throw AuditError(.damaged, "\(path): line \(number): \(error.reason)")
                }
            case .fragment:
                throw AuditError(.damaged, "\(path): line \(number): the line has no end")
            case .end: return
            }
        }
    }
}
