public import Ledger
import Platform

/// Makes a journal's folder loadable again, after copies of all that it takes out of it.
public struct LedgerRepair: Sendable {
    /// What may be given up.
    public enum Permission: Sendable {
        /// A torn tail, which nobody was told of as durable.
        case tornTail
        /// Everything from the damage on.
        case fromDamageOn
    }

    /// What was done, and what is lost by it.
    public struct Report: Sendable, Equatable {
        /// What was done, a sentence each; empty when there was nothing to do.
        public let steps: [String]
        /// The position with which the log ends now.
        public let lastPosition: UInt64
        /// The positions that were there, or told of, and are no more; nil when none is lost.
        public let lostPositions: ClosedRange<UInt64>?
    }

    private let disk: any LogDisk
    private let inspection: LedgerInspection

    /// Repairs the folder, which no process may hold.
    ///
    /// - Throws: `.locked` when one does; `.damaged` with the finding when the permission does not
    ///   cover it, or nothing would be left. Nothing was changed then.
    public static func run(
        _ folder: LedgerFolder,
        _ permission: Permission
    ) throws(JournalError) -> Report {
        let lock = try JournalError.translating { () throws(SystemError) in
            try folder.disk.lock()
        }
        guard case .taken(let held) = lock else {
            let holder = try folder.holder() ?? "another process"
            throw JournalError(.locked, "\(folder.path) is held by \(holder): stop it first")
        }
        defer { withExtendedLifetime(held) {} }
        let repair = LedgerRepair(disk: folder.disk, inspection: try folder.inspect())
        return try repair.run(permission)
    }

    private func run(_ permission: Permission) throws(JournalError) -> Report {
        guard let error = inspection.errors.first else {
            return report(try cutTornTail(), last: inspection.lastKnownPosition)
        }
        guard case .fromDamageOn = permission else { throw JournalError(.damaged, error) }
        let snapshot = inspection.snapshotPosition
        guard inspection.startIndex != nil || snapshot > 0 else {
            throw JournalError(.damaged, "\(error); no part of this folder can be kept")
        }
        var steps: [String] = []
        for unreadable in inspection.snapshots where !unreadable.isReadable {
            steps.append(try putAside(unreadable.name))
        }
        guard let start = inspection.startIndex else {
            return report(steps + (try putAside(inspection.segments[...])), last: snapshot)
        }
        // What only an older state needs goes whole, and all that is older.
        var first = 0
        if let old = inspection.segments[..<start].lastIndex(where: \.isDamaged) {
            steps += try putAside(inspection.segments[...old])
            first = old + 1
        }
        return try keep(inspection.segments[first...], after: snapshot, steps)
    }

    /// Keeps of the segments, of which those that a start reads may be damaged, what is before that.
    private func keep(
        _ segments: ArraySlice<LedgerInspection.Segment>,
        after snapshot: UInt64,
        _ steps: [String]
    ) throws(JournalError) -> Report {
        let damaged = segments.firstIndex(where: \.isDamaged)
        let last = segments[damaged ?? segments.endIndex - 1].lastPosition
        guard last >= snapshot else {
            // The log ends before the snapshot does: that alone is the newest state.
            return report(steps + (try putAside(segments)), last: snapshot)
        }
        guard let damaged else { return report(steps + (try cutTornTail()), last: last) }
        let later = try putAside(segments[(damaged + 1)...])
        return report(steps + later + (try cut(segments[damaged], at: damaged)), last: last)
    }

    private func report(_ steps: [String], last: UInt64) -> Report {
        let known = inspection.lastKnownPosition
        return Report(
            steps: steps,
            lastPosition: last,
            lostPositions: known > last ? last + 1...known : nil
        )
    }

    private func cutTornTail() throws(JournalError) -> [String] {
        guard let segment = inspection.segments.last, case .torn(let count) = segment.ending
        else { return [] }
        let repair = SegmentRepair(disk: disk, segment: segment.name)
        return [try repair.cut(segment.endOffset..<segment.endOffset + count)]
    }

    /// Cuts a segment behind its last whole batch; one without any goes whole, and the seal of the one
    /// before, which tells that it was there.
    private func cut(
        _ segment: LedgerInspection.Segment,
        at index: Int
    ) throws(JournalError) -> [String] {
        guard segment.lastPosition >= segment.firstPosition else {
            let steps = try putAside([segment])
            guard index > 0, case .sealed = inspection.segments[index - 1].ending else {
                return steps
            }
            return steps + (try cutEnd(of: inspection.segments[index - 1]))
        }
        return try cutEnd(of: segment)
    }

    private func cutEnd(
        of segment: LedgerInspection.Segment
    ) throws(JournalError) -> [String] {
        var window = try FileWindow(disk, segment.name)
        let end = try window.dataEnd(from: segment.endOffset)
        let repair = SegmentRepair(disk: disk, segment: segment.name)
        return [try repair.cut(segment.endOffset..<end, because: "what follows is damaged")]
    }

    /// The newest first: a crash in between leaves what is damaged, and not a shorter log.
    private func putAside(
        _ segments: ArraySlice<LedgerInspection.Segment>
    ) throws(JournalError) -> [String] {
        var steps: [String] = []
        for segment in segments.reversed() { steps.append(try putAside(segment.name)) }
        return steps
    }

    private func putAside(_ name: String) throws(JournalError) -> String {
        let newName = name + LogFileName.brokenSuffix
        try JournalError.translating { () throws(SystemError) in
            // Never over a copy that is there already.
            _ = try disk.open(newName, for: .readWrite, creating: .mustBeNew)
            try disk.rename(name, to: newName)
            try disk.sync()
        }
        return "\(name) is kept as \(newName)"
    }
}

extension LedgerInspection.Segment {
    fileprivate var isDamaged: Bool {
        if case .damaged = ending { true } else { false }
    }
}
