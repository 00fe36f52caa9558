import JSON
import Ledger
import Model

/// What the records of a log are about.
struct LogSummary {
    /// A place in the log.
    struct Place {
        let position: UInt64
        let revision: UInt64
        let at: Timestamp

        var json: JSONValue {
            [
                "position": .integer(Int64(clamping: position)),
                "revision": .integer(Int64(clamping: revision)), "at": .string(at.text),
            ]
        }
    }

    /// The first record.
    private(set) var first: Place?
    /// The last record.
    private(set) var last: Place?
    private var countByKind: [String: Int] = [:]

    /// The changes of each kind, sorted by it.
    var counts: [(kind: String, count: Int)] {
        countByKind.sorted { $0.key < $1.key }.map { (kind: $0.key, count: $0.value) }
    }

    mutating func add(_ record: JournalRecord) {
        guard let head = LedgerEntryHead(record) else {
            countByKind["(not an entry)", default: 0] += 1
            return
        }
        let place = Place(position: record.position, revision: head.revision, at: head.at)
        if first == nil { first = place }
        last = place
        for kind in head.kinds { countByKind[kind, default: 0] += 1 }
    }
}
