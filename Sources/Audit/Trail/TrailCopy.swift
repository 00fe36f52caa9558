import Platform

/// Copies a trail's segments byte for byte, of a server that runs as well.
public enum TrailCopy {
    private static let windowByteCount = 1 << 20

    /// Copies the segments in the folder `source` to the folder `target`, which must not have any.
    ///
    /// Segments only grow, so what was in them before is in the copy; of the last batch there may be a
    /// part, which the next start cuts.
    ///
    /// - Returns: How many segments were copied; 0 when there is no such folder.
    public static func copy(from source: String, to target: String) throws(AuditError) -> Int {
        try AuditError.translating { () throws(SystemError) in
            let folder = Folder(source)
            let names: [String]
            do throws(SystemError) {
                names = try folder.names().filter { SegmentName.first($0) != nil }
            } catch {
                if error.isMissingFile { return 0 }
                throw error
            }
            let copy = Folder(target)
            try copy.create()
            for name in names { try self.copy(folder.path(of: name), to: copy.path(of: name)) }
            try copy.sync()
            return names.count
        }
    }

    private static func copy(_ path: String, to newPath: String) throws(SystemError) {
        let file = try File(path, for: .read)
        let copy = try File(newPath, for: .readWrite, creating: .mustBeNew)
        var window = [UInt8](repeating: 0, count: windowByteCount)
        var offset = 0
        while true {
            var span = window.mutableSpan
            let count = try file.read(into: &span, at: offset)
            if count == 0 { return try copy.sync() }
            try copy.write(window.span.extracting(..<count), at: offset)
            offset += count
        }
    }
}
