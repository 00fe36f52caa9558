import Platform

/// Checks a trail that no server has open: a folder of segments, or an export as NDJSON.
public enum AuditVerifier {
    /// Walks the records at `path`, from the oldest on.
    ///
    /// A folder is that of the trail itself, or one that holds it under the name `audit`; its chain
    /// begins with record 1, or behind the last one that was removed. Of a file the first record is
    /// taken as it comes, unless it is record 1. Without an anchor nobody can tell whether records are
    /// missing at the end.
    ///
    /// - Parameters:
    ///   - path: A folder or a file.
    ///   - anchors: Heads that were kept elsewhere, which the chain must pass.
    ///   - removed: The last record that was removed, as it was kept elsewhere; nil when nobody knows
    ///     but the folder itself.
    /// - Returns: What was found.
    /// - Throws: `AuditError` when the path cannot be read.
    public static func verify(
        _ path: String,
        anchors: [AuditHead] = [],
        removed: AuditHead? = nil
    ) async throws(AuditError) -> AuditVerification {
        let queue = FileQueue(label: "audit-verifier", path)
        return try await queue.run { path throws(AuditError) in
            try check(path, anchors, removed)
        }
    }

    private static func check(
        _ path: String,
        _ anchors: [AuditHead],
        _ removed: AuditHead?
    ) throws(AuditError) -> AuditVerification {
        let (folder, files) = try AuditError.translating { () throws(SystemError) in
            try Self.files(path)
        }
        var start = removed
        if start == nil, let folder { start = try RemovalMark.read(in: folder) }
        return try AuditError.translating { () throws(SystemError) in
            if folder == nil, let verdict = try checkExport(path) { return verdict }
            var walk = ChainWalk(after: start, passing: anchors)
            for file in files {
                guard try LineWalk.walk(file, { walk.visit($0) }) else { break }
            }
            return walk.finished()
        }
    }

    /// Checks a file that is an export; nil when it is none.
    private static func checkExport(_ path: String) throws(SystemError) -> AuditVerification? {
        var check: ExportCheck?
        var isFirst = true
        _ = try LineWalk.walk(path) { line in
            if isFirst {
                isFirst = false
                check = ExportCheck(first: line)
                return check != nil
            }
            return check?.visit(line) ?? false
        }
        return check?.finished()
    }

    /// The files of records at the path, and the trail's folder, if it is one.
    private static func files(
        _ path: String
    ) throws(SystemError) -> (folder: Folder?, files: [String]) {
        let folder = Folder(path)
        let names: [String]
        do throws(SystemError) {
            names = try folder.names()
        } catch {
            // No folder, so a file; opening it tells what is wrong with that.
            return (nil, [path])
        }
        let segments = names.filter { SegmentName.first($0) != nil }
        guard segments.isEmpty, names.contains("audit") else {
            return (folder, segments.map(folder.path(of:)))
        }
        return try files(folder.path(of: "audit"))
    }
}
