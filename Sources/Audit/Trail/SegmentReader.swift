import Platform

/// Reads records from the trail's files: a value of its queue, with the files it read last.
struct SegmentReader {
    /// The most files kept open.
    private static let fileCountMax = 8

    private final class OpenFile {
        let file: File
        init(_ file: consuming File) { self.file = file }
    }

    let folder: Folder
    private var files: [UInt64: OpenFile] = [:]
    /// The open files, the longest unused first.
    private var order: [UInt64] = []

    init(folder: Folder) { self.folder = folder }

    /// The records at these places, in order, as far as they are wanted.
    ///
    /// What was removed for its age meanwhile is left out: everything before `oldest`.
    mutating func records(
        at places: [RecordPlace],
        countMax: Int,
        oldest: () -> UInt64,
        keep: (AuditRecord) -> Bool
    ) throws(AuditError) -> [AuditRecord] {
        var records: [AuditRecord] = []
        for place in places where records.count < countMax {
            let name = SegmentName.text(place.segment)
            let line: [UInt8]
            do throws(AuditError) {
                line = try self.line(at: place)
            } catch {
                guard place.sequence < oldest() else { throw error }
                continue
            }
            let record = try AuditRecord.kept(line, in: name)
            guard record.sequence == place.sequence else {
                let detail = "found record \(record.sequence), not \(place.sequence)"
                throw AuditError(.damaged, "\(name), offset \(place.offset): \(detail)")
            }
            if keep(record) { records.append(record) }
        }
        return records
    }

    /// Lets go of the files of segments that were removed, which keep their space until then.
    mutating func forget(before sequence: UInt64) {
        for segment in order where segment < sequence { files[segment] = nil }
        order.removeAll { $0 < sequence }
    }

    private mutating func line(at place: RecordPlace) throws(AuditError) -> [UInt8] {
        let open = try open(place.segment)
        var bytes = [UInt8](repeating: 0, count: place.length)
        let count = try AuditError.translating { () throws(SystemError) in
            var span = bytes.mutableSpan
            return try open.file.read(into: &span, at: place.offset)
        }
        bytes.removeLast(place.length - count)
        return bytes
    }

    private mutating func open(_ segment: UInt64) throws(AuditError) -> OpenFile {
        order.removeAll { $0 == segment }
        order.append(segment)
        if let file = files[segment] { return file }
        if order.count > Self.fileCountMax { files[order.removeFirst()] = nil }
        let path = folder.path(of: SegmentName.text(segment))
        let file = try AuditError.translating { () throws(SystemError) in
            OpenFile(try File(path, for: .read))
        }
        files[segment] = file
        return file
    }

    /// Walks the lines of the first segment behind `sequence`, until `visit` answers false.
    ///
    /// - Returns: The sequence of its first record; nil when there is none.
    func walk(
        behind sequence: UInt64,
        _ visit: ([UInt8]) -> Bool
    ) throws(AuditError) -> UInt64? {
        let folder = folder
        return try AuditError.translating { () throws(SystemError) in
            let segments = try folder.names().compactMap(SegmentName.first)
            guard let segment = segments.first(where: { $0 > sequence }) else { return nil }
            _ = try LineWalk.walk(folder.path(of: SegmentName.text(segment)), visit)
            return segment
        }
    }
}

/// Walks the lines of a file.
enum LineWalk {
    /// Visits every line, a last one without an end too, until `visit` answers false; answers whether
    /// the end was reached.
    static func walk(_ path: String, _ visit: ([UInt8]) -> Bool) throws(SystemError) -> Bool {
        var reader = LineReader(try File(path, for: .read))
        while true {
            switch try reader.next() {
            case .line(let line, _):
                guard visit(line) else { return false }
            case .fragment:
                // What has no end is no record; the visitor says so.
                return visit([])
            case .end: return true
            }
        }
    }
}
