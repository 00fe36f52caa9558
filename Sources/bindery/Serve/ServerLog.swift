import JSON
import Model
import Platform

/// What the server tells its operator: one JSON object a line, on the error stream.
///
/// Nothing secret is ever an argument here.
struct ServerLog: Sendable {
    /// How much a line matters.
    enum Level: String, Sendable {
        case info
        case warning
        case error
    }

    private let console: Console

    /// A log that is written to `console`.
    init(_ console: Console) { self.console = console }

    /// Writes a line: the time, the level, the event, such as `server.ready`, and what belongs to
    /// it.
    func write(_ level: Level, _ event: String, _ members: JSONObject = [:]) {
        var line: JSONObject = [
            "time": .string(Timestamp(milliseconds: WallClock.milliseconds()).text),
            "level": .string(level.rawValue), "event": .string(event),
        ]
        for member in members { line[member.key] = member.value }
        console.report(JSONValue.object(line).serializedText)
    }
}
