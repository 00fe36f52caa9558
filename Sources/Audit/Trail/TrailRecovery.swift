import Platform

/// What a start finds in the folder.
struct Recovered: Sendable {
    /// The records, by tenant.
    var index: TrailIndex
    /// The newest record.
    var head = AuditHead.empty
    /// The sequence of the oldest record.
    var oldest: UInt64 = 1
    /// The segment to go on with, and where it ends.
    var resumption: (first: UInt64, end: Int)?
    /// The copy of what a crash had torn and this start cut off.
    var brokenCopy: String?
}

/// Reads all segments at the start: sequences and links of all records, hashes of the last segment's.
///
/// The last batch may be torn by a crash: what is broken at the end is cut, after a copy. Everything
/// else that is not as it was written stops the start.
struct TrailRecovery {
    private let folder: Folder
    private var check = ChainCheck(after: nil)
    private var recovered: Recovered

    init(folder: Folder, entryCountMax: Int) {
        self.folder = folder
        recovered = Recovered(index: TrailIndex(entryCountMax: entryCountMax))
    }

    /// Reads the folder, which is made when it is missing.
    mutating func run() throws(AuditError) -> Recovered {
        let folder = folder
        let segments = try AuditError.translating { () throws(SystemError) in
            try folder.create()
            return try folder.names().compactMap(SegmentName.first)
        }
        recovered.oldest = segments.first ?? 1
        for segment in segments {
            let expected = (check.last?.sequence).map { $0 + 1 } ?? segment
            guard segment == expected else {
                let detail = "begins with record \(segment), where \(expected) was expected"
                throw AuditError(.damaged, "\(SegmentName.text(segment)): \(detail)")
            }
            try read(segment, isLast: segment == segments.last)
        }
        recovered.head = check.last ?? .empty
        return recovered
    }

    private mutating func read(_ segment: UInt64, isLast: Bool) throws(AuditError) {
        check.isThorough = isLast
        var reader = try LineReader.opening(folder.path(of: SegmentName.text(segment)))
        var number = 0
        while true {
            number += 1
            switch try Self.next(&reader) {
            case .line(let line, let offset):
                if let refusal = take(line, offset, segment) {
                    let reason = "line \(number): \(refusal.reason)"
                    guard isLast, !Self.isIntact(line) else { throw damaged(segment, reason) }
                    try cutTail(&reader, segment, at: offset, reason)
                    return
                }
            case .fragment(let offset):
                let reason = "line \(number): the line has no end"
                guard isLast else { throw damaged(segment, reason) }
                try cutTail(&reader, segment, at: offset, reason)
                return
            case .end:
                if isLast { recovered.resumption = (segment, reader.offset) }
                return
            }
        }
    }

    private mutating func take(
        _ line: [UInt8],
        _ offset: Int,
        _ segment: UInt64
    ) -> ChainCheck.Refusal? {
        do {
            let record = try check.take(line).record
            guard check.recordCount > 1 || record.sequence == segment else {
                let reason = "holds record \(record.sequence), not the one of the file's name"
                return ChainCheck.Refusal(sequence: record.sequence, reason: reason)
            }
            let place = RecordPlace(segment: segment, offset: offset, length: line.count)
            recovered.index.add(IndexEntry(record, at: place), tenant: record.tenant)
            return nil
        } catch {
            return error
        }
    }

    /// Cuts off what a crash left behind the last whole record.
    private mutating func cutTail(
        _ reader: inout LineReader,
        _ segment: UInt64,
        at offset: Int,
        _ reason: String
    ) throws(AuditError) {
        // A later batch proves that this one was durable: then no crash has broken it.
        while case .line(let line, _) = try Self.next(&reader) {
            guard !ChainCheck.isStartOfBatch(line) else { throw damaged(segment, reason) }
        }
        let name = SegmentName.text(segment)
        let folder = folder
        recovered.brokenCopy = try AuditError.translating { () throws(SystemError) in
            try TornTail.cut(name, in: folder, at: offset)
        }
        recovered.resumption = (segment, offset)
    }

    /// Whether the line is a record that only stands in the wrong place, which no crash does.
    private static func isIntact(_ line: [UInt8]) -> Bool {
        var check = ChainCheck(after: nil)
        do {
            _ = try check.take(line)
            return true
        } catch {
            return false
        }
    }

    private static func next(_ reader: inout LineReader) throws(AuditError) -> LineReader.Next {
        do throws(SystemError) {
            return try reader.next()
        } catch {
            throw AuditError(error)
        }
    }

    private func damaged(_ segment: UInt64, _ reason: String) -> AuditError {
        AuditError(.damaged, "\(folder.path(of: SegmentName.text(segment))): \(reason)")
    }
}
