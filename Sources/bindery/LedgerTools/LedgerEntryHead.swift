import JSON
import Ledger
import Model

/// What the commands want to know of an entry of the log.
struct LedgerEntryHead {
    /// The revision at which it is seen.
    let revision: UInt64
    /// When it was made.
    let at: Timestamp
    /// The kinds and actions of its changes, such as `connection.put`.
    let kinds: [String]

    /// Reads a record; nil when it is no entry.
    init?(_ record: JournalRecord) {
        let json: JSONValue
        do {
            let limits = JSONLimits(depthMax: 128, valueCountMax: 50_000_000)
            json = try JSONValue(parsing: record.payload, limits: limits)
        } catch {
            return nil
        }
        guard let revision = json["revision"]?.integer, revision >= 0,
            let at = json["at"]?.string.flatMap(Timestamp.init(_:))
        else { return nil }
        self.revision = UInt64(revision)
        self.at = at
        kinds = (json["changes"]?.array ?? [])
            .map { "\($0["kind"]?.string ?? "?").\($0["action"]?.string ?? "?")" }
    }
}
