import JSON
import Platform

/// Which segments are old enough to go.
struct SegmentRetention {
    let folder: Folder

    /// The sequence of the first record to keep; nil when there is nothing to remove.
    ///
    /// A segment's records are older than the first one of the next, whose id tells when it was
    /// appended. So the last segment always stays.
    func firstKept(since milliseconds: Int64) throws(AuditError) -> UInt64? {
        let segments = try segments()
        var kept: UInt64?
        for segment in segments.dropFirst() {
            guard let appended = try appendTime(segment), appended < milliseconds else { break }
            kept = segment
        }
        return kept
    }

    /// Removes the segments before the one that begins with `first`, the oldest one first: what is
    /// left has no gap whenever this is interrupted.
    func remove(before first: UInt64) throws(AuditError) {
        let old = try segments().filter { $0 < first }
        let folder = folder
        try AuditError.translating { () throws(SystemError) in
            for segment in old {
                try folder.remove(SegmentName.text(segment))
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

    /// When the segment's first record was appended; nil when there is none yet.
    private func appendTime(_ segment: UInt64) throws(AuditError) -> Int64? {
        let name = SegmentName.text(segment)
        var reader = try LineReader.opening(folder.path(of: name))
        let next: LineReader.Next
        do throws(SystemError) {
            next = try reader.next()
        } catch {
            throw AuditError(error)
        }
        guard case .line(let line, _) = next else { return nil }
        let record = try AuditRecord.kept(line, in: name)
        // The first 48 bits of a UUIDv7 are its time (RFC 9562 section 5.7).
        return Int64(record.id.filter { $0 != "-" }.prefix(12), radix: 16)
    }
}
