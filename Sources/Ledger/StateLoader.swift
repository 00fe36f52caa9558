import JSON
import Model

/// Folds a snapshot's lines and a log's records into a state.
struct StateLoader {
    var state = State()
    private var hasHead = false

    mutating func read(line: [UInt8]) throws(JournalError) {
        do {
            let json = try JSONValue(parsing: line, limits: .stored)
            guard hasHead else {
                guard let revision = json["revision"]?.integer, revision >= 0 else {
                    throw JournalError(.damaged, "the snapshot does not say its revision")
                }
                state.revision = UInt64(revision)
                hasHead = true
                return
            }
            // Nothing expires while a snapshot is read: what it holds was good when it was written.
            state.apply(try Change(json), at: .earliest)
        } catch let error as JournalError {
            throw error
        } catch let error as ChangeError {
            throw JournalError(.damaged, "the snapshot can't be used: \(error.detail)")
        } catch {
            throw JournalError(.damaged, "a line of the snapshot is not JSON")
        }
    }

    mutating func read(_ record: JournalRecord) throws(JournalError) {
        do {
            let entry = try LogEntry(parsing: record.payload)
            state.apply(entry)
            state.position = record.position
        } catch {
            throw JournalError(
                .damaged,
                "the record at position \(record.position) can't be used: \(error.detail)"
            )
        }
    }
}
