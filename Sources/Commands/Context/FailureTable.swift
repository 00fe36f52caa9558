/// How often somebody failed within the minute, for a bounded number of somebodies.
///
/// When a new one finds no room, it takes the place of one that failed the least, among those that a
/// secret of the process put beside it: whoever floods the table with new names pushes out other new
/// names, and hardly a count that matters.
struct FailureTable<Subject: Hashable & Sendable>: Sendable {
    /// The most that are counted at once.
    static var countMax: Int { rowCount * rowLength }

    private static var rowCount: Int { 2048 }
    private static var rowLength: Int { 8 }

    private struct Entry {
        let subject: Subject
        var minute: Int64
        var count: Int
    }

    private var rows = [[Entry]](repeating: [], count: FailureTable.rowCount)

    /// Counts a failure; answers how many that makes within its minute.
    mutating func count(_ subject: Subject, minute: Int64) -> Int {
        let row = Int(UInt(bitPattern: subject.hashValue) % UInt(Self.rowCount))
        if let place = rows[row].firstIndex(where: { $0.subject == subject }) {
            let isSame = rows[row][place].minute == minute
            let count = isSame ? rows[row][place].count + 1 : 1
            rows[row][place].minute = minute
            rows[row][place].count = count
            return count
        }
        let entry = Entry(subject: subject, minute: minute, count: 1)
        if rows[row].count < Self.rowLength {
            rows[row].append(entry)
        } else if let place = rows[row].indices
            .min(by: { Self.weighs(rows[row][$0], minute) < Self.weighs(rows[row][$1], minute) })
        {
            rows[row][place] = entry
        }
        return 1
    }

    /// What is lost with an entry: nothing once its minute is over.
    private static func weighs(_ entry: Entry, _ minute: Int64) -> Int {
        entry.minute == minute ? entry.count : 0
    }

    /// How many are counted.
    var subjectCount: Int { rows.reduce(0) { $0 + $1.count } }
}
