import Ledger
import Platform

/// Which snapshots and segments are kept.
///
/// The newest snapshots, and the log from behind the oldest of these: when the newest is unreadable,
/// an older one and the log give the same state. As long as there are fewer snapshots than wanted,
/// the whole log is kept instead of the missing ones.
struct Retention {
    let disk: any LogDisk
    /// How many snapshots are kept.
    let snapshotCount: Int

    /// Removes the rest.
    ///
    /// The segment that is written to always stays.
    func apply() throws(JournalError) {
        try JournalError.translating { () throws(SystemError) in
            let names = try disk.names()
            let snapshots = names.compactMap(LogFileName.snapshotPosition).sorted()
            guard snapshots.count >= snapshotCount else { return }
            let kept = snapshots.suffix(snapshotCount)
            for position in snapshots.dropLast(snapshotCount) {
                try disk.remove(LogFileName.snapshot(position))
            }
            let segments = names.compactMap(LogFileName.segmentPosition).sorted()
            // From the oldest on: a crash in between leaves a log without a gap.
            for (segment, next) in zip(segments, segments.dropFirst())
            where kept.allSatisfy({ oldest in next <= oldest + 1 }) {
                try disk.remove(LogFileName.segment(segment))
            }
            try disk.sync()
        }
    }
}
