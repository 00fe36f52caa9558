import JSON
import Ledger
import LedgerFile
import Model

/// `bindery ledger inspect`: tells what a ledger holds.
enum LedgerInspectCommand {
    static let command = Command(
        "ledger inspect",
        summary: "tells what a ledger holds, without a server",
        details:
            "Prints the revisions and the time that the log spans, its segments, its snapshots, and "
            + "how many changes of each kind it has. Changes nothing; of a running server's folder "
            + "the end may be a batch that is being written. \(LedgerFolderArgument.words)",
        operand: "DIR",
        flags: [CommandFlag("--json", help: "Prints one JSON object.")]
    ) { (call) throws(CommandFailure) in
        let folder = try LedgerFolderArgument.open(call, "ledger inspect")
        var log = LogSummary()
        let inspection = try LedgerFolderArgument.reading { () throws(JournalError) in
            try folder.inspect { record in log.add(record) }
        }
        if call.arguments.isGiven("--json") {
            let json = json(folder, inspection, log)
            return call.console.answer(String(decoding: json.prettySerialized(), as: UTF8.self))
        }
        for line in lines(folder, inspection, log) { call.console.answer(line) }
    }

    private static func lines(
        _ folder: LedgerFolder,
        _ inspection: LedgerInspection,
        _ log: LogSummary
    ) -> [String] {
        var lines = [folder.path]
        if let first = log.first, let last = log.last {
            lines += [
                "positions \(first.position) to \(last.position)",
                "revisions \(first.revision) to \(last.revision)",
                "times     \(first.at.text) to \(last.at.text)",
            ]
        } else {
            lines.append("no records")
        }
        for segment in inspection.segments {
            let range = "positions \(segment.firstPosition) to \(segment.lastPosition)"
            lines.append(
                "\(segment.name)  \(range), \(segment.endOffset) bytes, \(word(segment.ending))"
            )
        }
        for snapshot in inspection.snapshots {
            let word = snapshot.isReadable ? "readable" : "unreadable"
            lines.append("\(snapshot.name)  up to position \(snapshot.position), \(word)")
        }
        for name in inspection.otherNames { lines.append("\(name)  not read") }
        for (kind, count) in log.counts { lines.append("\(kind)  \(count)") }
        lines += inspection.notes.map { "note: \($0)" } + inspection.errors.map { "error: \($0)" }
        return lines
    }

    private static func word(_ ending: LedgerInspection.Segment.Ending) -> String {
        switch ending {
        case .open: "open"
        case .sealed: "sealed"
        case .unsealed: "unsealed"
        case .torn: "torn"
        case .damaged: "damaged"
        }
    }

    private static func json(
        _ folder: LedgerFolder,
        _ inspection: LedgerInspection,
        _ log: LogSummary
    ) -> JSONValue {
        let segments = inspection.segments.map { segment -> JSONValue in
            [
                "name": .string(segment.name),
                "firstPosition": .integer(Int64(clamping: segment.firstPosition)),
                "lastPosition": .integer(Int64(clamping: segment.lastPosition)),
                "bytes": .integer(Int64(segment.endOffset)), "state": .string(word(segment.ending)),
            ]
        }
        let snapshots = inspection.snapshots.map { snapshot -> JSONValue in
            [
                "name": .string(snapshot.name),
                "position": .integer(Int64(clamping: snapshot.position)),
                "readable": .bool(snapshot.isReadable),
            ]
        }
        var kinds: JSONObject = [:]
        for (kind, count) in log.counts { kinds[kind] = .integer(Int64(count)) }
        return [
            "path": .string(folder.path), "first": log.first?.json ?? .null,
            "last": log.last?.json ?? .null, "segments": .array(segments),
            "snapshots": .array(snapshots),
            "others": .array(inspection.otherNames.map { .string($0) }),
            "changes": .object(kinds), "notes": .array(inspection.notes.map { .string($0) }),
            "errors": .array(inspection.errors.map { .string($0) }),
        ]
    }
}
