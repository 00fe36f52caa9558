import JSON
import Model
import Platform

/// Removes the oldest segments of a trail's folder.
struct SegmentRetention {
    /// The most segments of one removal, so that it does not hold up others for long.
    static let segmentCountMax = 16

    let folder: Folder

    /// What has to go first; nil when all may stay.
    ///
    /// A segment's records are older than the first one of the next, whose id tells when it was
    /// appended. So the last segment always stays.
    func removal(_ retention: AuditRetention) throws(AuditError) -> AuditRemoval? {
        let segments = try segments()
        guard let first = segments.first else { return nil }
        var excess = try excess(segments, retention)
        var removal: AuditRemoval?
        for (segment, next) in zip(segments, segments.dropFirst()).prefix(Self.segmentCountMax) {
            guard let successor = try record(segment: next) else { break }
            let appended = IndexEntry.appendTime(of: successor.id) ?? 0
            let isOld = retention.appendedSince.map { appended < $0.milliseconds } ?? false
            guard isOld || excess > 0 else { break }
            let byteCount = try byteCount(segment)
            removal = AuditRemoval(
                reason: isOld ? .age : .size,
                first: first,
                last: AuditHead(sequence: next - 1, hash: successor.previousHash),
                byteCount: (removal?.byteCount ?? 0) + byteCount
            )
            excess -= byteCount
        }
        return removal
    }

    /// How many bytes the trail is too large; negative when it is not.
    private func excess(
        _ segments: [UInt64],
        _ retention: AuditRetention
    ) throws(AuditError) -> Int {
        guard let byteCountMax = retention.byteCountMax else { return 0 }
        var excess = -byteCountMax
        for segment in segments { excess += try byteCount(segment) }
        return excess
    }

    /// Removes the segments up to the record `last`, the oldest first: what is left has no gap
    /// whenever this is interrupted.
    func remove(through last: UInt64) throws(AuditError) {
        let segments = try segments()
        let folder = folder
        let present = try AuditError.translating { () throws(SystemError) in
            Set(try folder.names())
        }
        for (segment, next) in zip(segments, segments.dropFirst()) where next <= last + 1 {
            try AuditError.translating { () throws(SystemError) in
                for name in [SegmentName.index(segment), SegmentName.text(segment)]
                where present.contains(name) {
                    try folder.remove(name)
                }
                try folder.sync()
            }
        }
    }

    private func segments() throws(AuditError) -> [UInt64] {
        let folder = folder
        return try AuditError.translating { () throws(SystemError) in
            try folder.names().compactMap(SegmentName.first)
        }
    }

    /// The size of a segment with its index.
    private func byteCount(_ segment: UInt64) throws(AuditError) -> Int {
        var sum = 0
        for name in [SegmentName.text(segment), SegmentName.index(segment)] {
            do throws(SystemError) {
                sum += try File(folder.path(of: name), for: .read).byteCount()
            } catch {
                // An index that is not written yet.
                guard error.isMissingFile else { throw AuditError(error) }
            }
        }
        return sum
    }

    /// The segment's first record; nil when there is none yet.
    func record(segment: UInt64) throws(AuditError) -> AuditRecord? {
        let name = SegmentName.text(segment)
        var reader = try LineReader.opening(folder.path(of: name))
        let next: LineReader.Next
        do throws(SystemError) {
            next = try reader.next()
        } catch {
            throw AuditError(error)
        }
        guard case .line(let line, _) = next else { return nil }
        return try AuditRecord.kept(line, in: name)
    }
}
