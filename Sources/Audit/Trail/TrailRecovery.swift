import Platform

/// What a start finds in the folder.
struct Recovered: Sendable {
    /// The newest record.
    var head = AuditHead.empty
    /// The last record that was removed.
    var removed = AuditHead.empty
    /// The sequence of the oldest record.
    var oldest: UInt64 = 1
    /// The first sequences of the segments, ascending.
    var segments: [UInt64] = []
    /// The segment to go on with, and where it ends.
    var resumption: (first: UInt64, end: Int)?
    /// The copy of what a crash had torn and this start cut off.
    var brokenCopy: String?
}

/// Reads what a start must know: how the last segment ends.
///
/// The start of a server does not depend on how long the trail is: what is before the last batches was
/// durable long ago, is found by its index (`TrailIndex`), and is checked
/// whole by `verify`. The last batch may be torn by a crash: what is broken at the end is cut, after a
/// copy. Everything else that is not as it was written stops the start.
struct TrailRecovery {
    private let folder: Folder
    private var recovered = Recovered()

    init(folder: Folder) { self.folder = folder }

    /// Reads the folder, which is made when it is missing.
    mutating func run() throws(AuditError) -> Recovered {
        let folder = folder
        let segments = try AuditError.translating { () throws(SystemError) in
            try folder.create()
            return try folder.names().compactMap(SegmentName.first)
        }
        recovered.removed = try RemovalMark.read(in: folder)
        guard let last = segments.last else { return recovered }
        recovered.oldest = segments[0]
        recovered.segments = segments
        let start = try TailStart.find(in: folder, last)
        var check = ChainCheck(after: nil)
        if start == 0, segments.count > 1 {
            check = ChainCheck(after: try head(of: segments[segments.count - 2], before: last))
        }
        try read(last, from: start, &check)
        recovered.head = check.last ?? .empty
        return recovered
    }

    /// The last record of a segment that has a successor, so that all of it was durable.
    private func head(of segment: UInt64, before next: UInt64) throws(AuditError) -> AuditHead {
        let start = try TailStart.find(in: folder, segment)
        var reader = try LineReader.opening(path(segment), from: start)
        var check = ChainCheck(after: nil)
        reading: while true {
            switch try Self.next(&reader) {
            case .line(let line, let offset):
                do {
                    _ = try check.take(line)
                } catch {
                    throw damaged(segment, offset, error.reason)
                }
            case .fragment(let offset): throw damaged(segment, offset, "the line has no end")
            case .end: break reading
            }
        }
        guard let head = check.last, head.sequence + 1 == next else {
            let expected = (check.last?.sequence).map { $0 + 1 } ?? segment
            let detail = "begins with record \(next), where \(expected) was expected"
            throw AuditError(.damaged, "\(SegmentName.text(next)): \(detail)")
        }
        return head
    }

    private mutating func read(
        _ segment: UInt64,
        from start: Int,
        _ check: inout ChainCheck
    ) throws(AuditError) {
        var reader = try LineReader.opening(path(segment), from: start)
        while true {
            switch try Self.next(&reader) {
            case .line(let line, let offset):
                if let refusal = Self.take(line, &check, segment: start == 0 ? segment : nil) {
                    guard !Self.isIntact(line) else {
                        throw damaged(segment, offset, refusal.reason)
                    }
                    return try cutTail(&reader, segment, at: offset, refusal.reason)
                }
            case .fragment(let offset):
                return try cutTail(&reader, segment, at: offset, "the line has no end")
            case .end:
                recovered.resumption = (segment, reader.offset)
                return
            }
        }
    }

    /// Takes a line; the first of a segment has the sequence of the file's name.
    static func take(
        _ line: [UInt8],
        _ check: inout ChainCheck,
        segment: UInt64?
    ) -> ChainCheck.Refusal? {
        do {
            let isFirst = check.last == nil
            let sequence = try check.take(line).record.sequence
            guard isFirst, let segment, sequence != segment else { return nil }
            let reason = "holds record \(sequence), not the one of the file's name"
            return ChainCheck.Refusal(sequence: sequence, reason: reason)
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
            guard !ChainCheck.isStartOfBatch(line) else {
                throw damaged(segment, offset, reason)
            }
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

    private func path(_ segment: UInt64) -> String { folder.path(of: SegmentName.text(segment)) }

    private func damaged(_ segment: UInt64, _ offset: Int, _ reason: String) -> AuditError {
        AuditError(.damaged, "\(path(segment)), offset \(offset): \(reason)")
    }
}
