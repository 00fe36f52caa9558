import Platform

/// Checks a trail that no server has open: a folder of segments, or an export as NDJSON.
public enum AuditVerifier {
    /// Walks the records at `path`, from the oldest on.
    ///
    /// A folder is that of the trail itself, or one that holds it under the name `audit`. The first
    /// record is taken as it comes, unless it is record 1; without an anchor nobody can tell whether
    /// records are missing at the end.
    ///
    /// - Parameters:
    ///   - path: A folder or a file.
    ///   - anchor: A head that was kept elsewhere, which the chain must reach.
    /// - Returns: What was found.
    /// - Throws: `AuditError` when the path cannot be read.
    public static func verify(
        _ path: String,
        anchor: AuditHead? = nil
    ) async throws(AuditError) -> AuditVerification {
        let queue = FileQueue(label: "audit-verifier", path)
        return try await queue.run { path throws(AuditError) in
            let path = path
            return try AuditError.translating { () throws(SystemError) in
                try check(path, anchor)
            }
        }
    }

    private static func check(
        _ path: String,
        _ anchor: AuditHead?
    ) throws(SystemError) -> AuditVerification {
        var walk = ChainWalk(through: anchor, stopsThere: false)
        for file in try files(path) {
            guard try LineWalk.walk(file, { walk.visit($0) }) else { break }
        }
        return walk.finished()
    }

    private static func files(_ path: String) throws(SystemError) -> [String] {
        let folder = Folder(path)
        let names: [String]
        do throws(SystemError) {
            names = try folder.names()
        } catch {
            // No folder, so a file; opening it tells what is wrong with that.
            return [path]
        }
        let segments = names.filter { SegmentName.first($0) != nil }
        guard segments.isEmpty, names.contains("audit") else {
            return segments.map(folder.path(of:))
        }
        return try files(folder.path(of: "audit"))
    }
}
