import JSON
import Ledger
import Model
import Platform

/// One follower's way along the log: waits, reads, filters, writes.
///
/// It has no queue: a position in the log is all that is kept for it, and the entries come from the
/// newest ones in memory, or from the journal while it catches up. Who was up to date once and then
/// falls out of what memory keeps is too slow, and is dropped with that reason.
struct EventStream {
    /// Frames are gathered up to this many bytes before they are written.
    private static let pieceByteCount = 32 << 10

    let context: CommandContext
    let filter: EventFilter
    /// Events up to this one are not sent again.
    let after: ChangeEvent.ID?
    /// The position in the log.
    var position: UInt64

    private var isLive = false
    private var lastWrite = MonotonicClock.precise
    /// The last event that was looked at, and the last whose id was sent.
    private var lastSeen: ChangeEvent.ID?
    private var lastSent: ChangeEvent.ID?

    init(
        context: CommandContext,
        filter: EventFilter,
        after: ChangeEvent.ID?,
        position: UInt64
    ) {
        (self.context, self.filter, self.after) = (context, filter, after)
        self.position = position
    }

    private enum Look {
        case entries([LoggedEntry])
        case busy
        case drop(EventFeed.Drop)
    }

    /// Writes until the client goes, the server ends, or the stream is dropped.
    mutating func run(_ sink: AnswerSink) async throws {
        // Something at once, so that the client and what is between see that it is open.
        try await write(Array(": bindery events\nretry: 2000\n\n".utf8), sink)
        while !Task.isCancelled {
            if sink.isEnding {
                try await write(Array(": the server ends, reconnect\n\n".utf8), sink)
                return
            }
            switch await look() {
            case .drop(let reason): return try await drop(reason, sink)
            case .busy: try await Task.sleep(for: .milliseconds(100))
            case .entries(let entries) where entries.isEmpty:
                await context.services.ledger.waitForEntry(after: position)
            case .entries(let entries): try await send(entries, sink)
            }
            try await beat(sink)
        }
    }

    /// What comes next.
    private mutating func look() async -> Look {
        let look = await next()
        // Asked after the entries were taken: whose key stands now may see all that was made before.
        let now = Timestamp(milliseconds: WallClock.milliseconds())
        guard context.services.authentication.isStillGood(context.caller, now: now) else {
            return .drop(.unauthenticated)
        }
        return look
    }

    private mutating func next() async -> Look {
        let services = context.services
        if let recent = services.ledger.entries(recentlyAfter: position) {
            isLive = true
            return .entries(recent)
        }
        if isLive { return .drop(.slowReader) }
        do {
            return .entries(try await services.ledger.entries(after: position))
        } catch {
            switch error {
            case .overloaded: return .busy
            case .notKept: return .drop(.notKept)
            case .inFuture, .failed: return .drop(.unavailable)
            }
        }
    }

    /// Writes the events that pass the filter, in pieces; a shutdown is noticed between entries.
    private mutating func send(_ entries: [LoggedEntry], _ sink: AnswerSink) async throws {
        var piece: [UInt8] = []
        for logged in entries {
            for event in context.services.events.events(of: logged) {
                if event.isResumable {
                    if let after, event.id <= after { continue }
                    lastSeen = event.id
                }
                guard filter.admits(event, context.caller.credential) else { continue }
                piece += event.frame
                if event.isResumable { lastSent = event.id }
                guard piece.count >= Self.pieceByteCount else { continue }
                try await write(piece, sink)
                piece.removeAll(keepingCapacity: true)
            }
            position = logged.position
        }
        if !piece.isEmpty { try await write(piece, sink) }
    }

    /// Shows that the stream lives when nothing was written for a while.
    ///
    /// What a filter left out is passed on as an id alone, so that a client that resumes later does
    /// not begin behind what retention keeps; an event without data is none.
    private mutating func beat(_ sink: AnswerSink) async throws {
        let silence = MonotonicClock.precise - lastWrite
        guard silence >= context.services.settings.eventHeartbeat else { return }
        var text = ": heartbeat\n"
        if let lastSeen, lastSeen != lastSent { text += "id: \(lastSeen)\n" }
        lastSent = lastSeen
        try await write(Array((text + "\n").utf8), sink)
    }

    /// Ends the stream with an event that says why.
    private mutating func drop(_ reason: EventFeed.Drop, _ sink: AnswerSink) async throws {
        context.services.events.note(reason)
        let data: JSONValue = ["code": .string(reason.rawValue), "detail": .string(reason.detail)]
        let frame = Array("event: stream.dropped\ndata: ".utf8) + data.serialized() + [0x0A, 0x0A]
        try await write(frame, sink)
    }

    private mutating func write(_ bytes: [UInt8], _ sink: AnswerSink) async throws {
        try await sink.write(bytes)
        lastWrite = MonotonicClock.precise
    }
}

/// Which events a follower gets.
struct EventFilter: Sendable {
    /// The tenant; nil for all, and for what is global.
    let tenant: TenantID?
    /// The kinds; nil for all.
    let kinds: Set<ChangeEvent.Kind>?

    /// Whether it is one of them, and in an environment that the credential may act in.
    func admits(_ event: ChangeEvent, _ credential: Credential) -> Bool {
        if let tenant, event.tenant != tenant { return false }
        if let kinds, !kinds.contains(event.kind) { return false }
        return event.environment.map { credential.mayAct(in: $0) } ?? true
    }
}
