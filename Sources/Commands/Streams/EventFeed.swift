import Ledger
import Model
import Synchronization

/// Who follows the changes: how many they are, what they were sent, and why they were dropped.
final class EventFeed: Sendable {
    /// The most entries whose events are kept ready for all followers; beyond, keeping starts again.
    static let readyCountMax = 1024
    /// The most bytes of them.
    static let readyByteCountMax = 16 << 20

    /// Why a stream was ended by the server.
    enum Drop: String, CaseIterable {
        case slowReader = "SLOW_READER"
        case notKept = "REVISION_NOT_KEPT"
        case unauthenticated = "UNAUTHENTICATED"
        case unavailable = "HISTORY_UNAVAILABLE"

        /// What the follower should know.
        var detail: String {
            switch self {
            case .slowReader:
                "The stream was read more slowly than changes were made. Resume with the last id."
            case .notKept: "Retention removed changes before they were read. Read the state anew."
            case .unauthenticated: "The credential has expired or was revoked."
            case .unavailable: "The log can't be read now. Resume with the last id."
            }
        }
    }

    private struct Ready {
        var events: [UInt64: [ChangeEvent]] = [:]
        var byteCount = 0
    }

    /// The places of the followers.
    let slots: StreamSlots
    private let ready = Mutex(Ready())
    private let drops = Mutex<[Drop: Int]>([:])

    init(_ settings: Services.Settings) {
        slots = StreamSlots(
            what: "event streams",
            countMax: settings.eventStreamCountMax,
            tenantCountMax: settings.eventStreamCountMaxPerTenant
        )
    }

    /// The events of an entry, made once for all who follow closely.
    func events(of logged: LoggedEntry) -> [ChangeEvent] {
        if let known = ready.withLock({ $0.events[logged.position] }) { return known }
        let events = ChangeEvent.events(of: logged.entry)
        let byteCount = events.reduce(0) { $0 + $1.frame.count }
        guard byteCount <= Self.readyByteCountMax / 4 else { return events }
        ready.withLock { ready in
            guard ready.events[logged.position] == nil else { return }
            if ready.events.count >= Self.readyCountMax
                || ready.byteCount + byteCount > Self.readyByteCountMax
            {
                ready = Ready()
            }
            ready.events[logged.position] = events
            ready.byteCount += byteCount
        }
        return events
    }

    /// Counts a stream that the server ended.
    func note(_ drop: Drop) { drops.withLock { $0[drop, default: 0] += 1 } }

    /// How many streams were ended for the reason.
    func count(_ drop: Drop) -> Int { drops.withLock { $0[drop] ?? 0 } }

    /// Its part of `/metrics`.
    var metricsText: String {
        let streams = "bindery_event_streams"
        let dropped = "bindery_event_streams_dropped_total"
        return "# HELP \(streams) Open streams of events.\n# TYPE \(streams) gauge\n"
            + "\(streams) \(slots.count)\n"
            + "# HELP \(dropped) Streams of events that the server ended, by reason.\n"
            + "# TYPE \(dropped) counter\n"
            + Drop.allCases
            .map { "\(dropped){reason=\"\($0.rawValue)\"} \(count($0))\n" }
            .joined()
    }
}
