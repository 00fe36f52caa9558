/// What a journal's folder holds, as far as it can be read.
public struct LedgerInspection: Sendable, Equatable {
    /// A segment of the log.
    public struct Segment: Sendable, Equatable {
        /// How it ends.
        public enum Ending: Sendable, Equatable {
            /// It is the last one, and the next batch goes there.
            case open
            /// The next segment follows.
            case sealed
            /// The next segment follows, though a crash has kept the seal from being written.
            case unsealed
            /// A crash has torn the last batch; so many bytes of it are there.
            case torn(byteCount: Int)
            /// It cannot be read further, or what follows is missing; in words.
            case damaged(String)
        }

        /// The file's name.
        public let name: String
        /// The first position, as the name tells it.
        public let firstPosition: UInt64
        /// The position of the last record that can be read; one less than the first without one.
        public let lastPosition: UInt64
        /// The newest position of any whole record in it, also behind damage.
        public let lastTracedPosition: UInt64
        /// Where the last whole batch ends.
        public let endOffset: Int
        /// How it ends.
        public let ending: Ending
    }

    /// A snapshot.
    public struct Snapshot: Sendable, Equatable {
        /// The file's name.
        public let name: String
        /// The position that it covers.
        public let position: UInt64
        /// Whether all of its bytes are those that were written.
        public let isReadable: Bool
        /// What is wrong with it; nil when it is readable and the log reaches it.
        public let problem: String?
    }

    /// The segments, oldest first.
    public let segments: [Segment]
    /// The snapshots, oldest first.
    public let snapshots: [Snapshot]
    /// The files that a crash left or that were put aside: `.tmp` and `.broken`.
    public let otherNames: [String]

    /// The position of the newest readable snapshot; 0 without one.
    public var snapshotPosition: UInt64 {
        snapshots.last { $0.isReadable }?.position ?? 0
    }

    /// The newest position that anything in the folder tells of.
    public var lastKnownPosition: UInt64 {
        max(segments.map(\.lastTracedPosition).max() ?? 0, snapshots.last?.position ?? 0)
    }

    /// The first segment that a start reads; nil when it reads none.
    var startIndex: Int? {
        segments.lastIndex { $0.firstPosition <= snapshotPosition + 1 }
    }

    /// What is wrong: a start would refuse, or something is lost that was kept.
    ///
    /// Each names the file, the offset, and what to do.
    public var errors: [String] {
        var errors = segments.compactMap { segment -> String? in
            guard case .damaged(let words) = segment.ending else { return nil }
            return words
        }
        errors += snapshots.compactMap(\.problem)
        if startIndex == nil, let first = segments.first {
            errors.append(
                "\(first.name): the log begins at position \(first.firstPosition), but no readable "
                    + "snapshot covers what was before it; restore the folder from a backup"
            )
        }
        return errors
    }

    /// What the next start mends by itself.
    public var notes: [String] {
        segments.compactMap { segment -> String? in
            switch segment.ending {
            case .torn(let byteCount):
                "\(segment.name), offset \(segment.endOffset): a crash has torn the last batch, "
                    + "\(byteCount) bytes that nobody was told of as durable; the next start, or "
                    + "'bindery ledger repair', cuts them after a copy"
            case .unsealed: "\(segment.name): its seal is missing; the next start writes it"
            case .open, .sealed, .damaged: nil
            }
        }
    }
}
