import JSON
public import Model

/// An entry of the log whose audit records are not known to be in the trail.
public final class OwingEntry: Sendable {
    /// Its number, among those of its writer that owe.
    public let number: UInt64
    /// Its place in the log.
    public let position: UInt64
    /// When it was made.
    public let at: Timestamp
    /// What it owes.
    public let records: OwedRecords

    init(number: UInt64, position: UInt64, at: Timestamp, records: OwedRecords) {
        (self.number, self.position) = (number, position)
        (self.at, self.records) = (at, records)
    }
}

/// What the log's entries owe to the audit trails: what was in flight when a process ended, and is to
/// be made good when it starts again.
///
/// An entry owes from the moment it is made, in the same bytes and with the same sync, until a later
/// entry of its writer says that the trail has its records. So this holds what is in flight, a few
/// entries for each process.
public struct AuditDebts: Sendable {
    /// The most entries that owe, of all writers.
    ///
    /// What is more than that goes, the oldest of the log first: a replica that never comes back, or a
    /// trail that can't be written for days while the server goes on without it, owes without an end.
    public static let countMax = 16_384

    private var entries: [AuditWriter: [OwingEntry]] = [:]
    /// The number of entries that owe.
    public private(set) var count = 0
    /// How many entries were let go since there were too many.
    public private(set) var droppedCount: UInt64 = 0

    /// The entries of a writer that owe, in the order of the log.
    public subscript(writer: AuditWriter) -> [OwingEntry] { entries[writer] ?? [] }

    /// Whether the writer's entry with this number owes.
    func owes(_ number: UInt64, _ writer: AuditWriter) -> Bool {
        self[writer].contains { $0.number == number }
    }

    /// Takes what an entry says.
    mutating func take(_ note: AuditNote, at: Timestamp, position: UInt64) {
        if !note.settled.isEmpty, let owing = entries.removeValue(forKey: note.writer) {
            let left = owing.filter { entry in
                !note.settled.contains { $0.contains(entry.number) }
            }
            count -= owing.count - left.count
            if !left.isEmpty { entries[note.writer] = left }
        }
        guard let owed = note.owed else { return }
        let entry = OwingEntry(
            number: owed.number,
            position: position,
            at: at,
            records: owed.records
        )
        entries[note.writer, default: []].append(entry)
        count += 1
        while count > Self.countMax { dropOldest() }
    }

    private mutating func dropOldest() {
        let first =
            entries.compactMap { writer, owing in owing.first.map { (writer, $0.position) } }
            .min { $0.1 < $1.1 }
        guard let (writer, _) = first, var owing = entries.removeValue(forKey: writer) else {
            return
        }
        owing.removeFirst()
        if !owing.isEmpty { entries[writer] = owing }
        count -= 1
        droppedCount += 1
    }
}

// The form in a snapshot: members of its first line, which versions before it leave unread.
extension AuditDebts {
    /// The members; none when nothing is owed and nothing was let go.
    var members: JSONObject {
        var members: JSONObject = [:]
        let owing = entries.sorted { $0.key < $1.key }
            .flatMap { writer, entries in
                entries.map { entry -> JSONValue in
                    let note = AuditNote(writer, owed: (entry.number, entry.records))
                    var object = note.json.object ?? [:]
                    object["position"] = .integer(Int64(clamping: entry.position))
                    object["at"] = .string(entry.at.text)
                    return .object(object)
                }
            }
        if !owing.isEmpty { members["owed"] = .array(owing) }
        if droppedCount > 0 { members["owedDropped"] = .integer(Int64(clamping: droppedCount)) }
        return members
    }

    /// Reads what `members` wrote.
    init(reading head: JSONValue) throws(ChangeError) {
        for item in head["owed"]?.array ?? [] {
            let fields = ChangeFields(item)
            let position = UInt64(try fields.number("position"))
            take(try AuditNote(item), at: try fields.timestamp("at"), position: position)
        }
        droppedCount = UInt64(clamping: head["owedDropped"]?.integer ?? 0)
    }
}
