import Ledger
import Model

/// Follows the changes of a tenant, or of all (API sections 4 and 10).
public struct WatchEvents: Sendable {
    /// The tenant; nil for everything.
    public let scope: TenantScope?
    /// The revision to begin with; nil for what comes next.
    public let from: String?
    /// The kinds, with commas between them; nil for all.
    public let kinds: String?
    /// The header `Last-Event-ID`, which goes before `from`: a client that reconnects sends both.
    public let lastEventID: String?

    /// A request.
    public init(scope: TenantScope?, from: String?, kinds: String?, lastEventID: String?) {
        self.scope = scope
        self.from = from
        self.kinds = kinds
        self.lastEventID = lastEventID
    }

    /// Carries it out: finds the place to begin, and answers a stream without an end.
    ///
    /// - Throws: `INVALID_PARAMETER`; `REVISION_NOT_KEPT`, `REVISION_IN_FUTURE`; `TOO_MANY_STREAMS`.
    public func run(_ context: CommandContext) async throws(CommandError) -> CommandAnswer {
        let services = context.services
        let filter = EventFilter(tenant: scope?.tenant, kinds: try readKinds())
        let start = try readStart()
        let slot = try services.events.slots.enter(context.caller.credential.tenant)
        let revision = services.revision
        let position = try await position(of: start, services)
        let stream = EventStream(
            context: context,
            filter: filter,
            after: start.after,
            position: position
        )
        return CommandAnswer(
            body: .stream(
                AnswerStream(mediaType: "text/event-stream") { sink in
                    defer { withExtendedLifetime(slot) {} }
                    var stream = stream
                    try await stream.run(sink)
                }
            ),
            revision: revision
        )
    }

    private enum Start {
        case now
        case revision(UInt64)
        case behind(ChangeEvent.ID)

        /// The event behind which it begins; the nearest known position may be earlier.
        var after: ChangeEvent.ID? {
            switch self {
            case .now, .revision(0): nil
            case .revision(let revision): ChangeEvent.ID(revision: revision - 1, index: .max)
            case .behind(let id): id
            }
        }
    }

    private func position(
        of start: Start,
        _ services: Services
    ) async throws(CommandError) -> UInt64 {
        do throws(HistoryError) {
            switch start {
            case .now: return services.ledger.position
            case .revision(let revision):
                return try await services.ledger.position(before: revision)
            case .behind(let id):
                let newest = services.revision
                guard id.revision <= newest else { throw .inFuture(newest: newest) }
                return try await services.ledger.position(before: id.revision)
            }
        } catch {
            throw CommandError(error)
        }
    }

    private func readStart() throws(CommandError) -> Start {
        if let lastEventID {
            let parts = lastEventID.split(separator: ".", omittingEmptySubsequences: false)
            guard parts.count == 2, let revision = RevisionText.read(parts[0]),
                let index = RevisionText.read(parts[1]).flatMap({ Int(exactly: $0) })
            else { throw .parameter("Last-Event-ID", "must be the id of an event, as 12.0") }
            return .behind(ChangeEvent.ID(revision: revision, index: index))
        }
        guard let from else { return .now }
        guard let revision = RevisionText.read(from) else {
            throw .parameter("from", "must be a revision")
        }
        return .revision(revision)
    }

    private func readKinds() throws(CommandError) -> Set<ChangeEvent.Kind>? {
        guard let kinds else { return nil }
        var read: Set<ChangeEvent.Kind> = []
        for name in kinds.split(separator: ",", omittingEmptySubsequences: false) {
            guard let kind = ChangeEvent.Kind(rawValue: String(name)) else {
                let known = ChangeEvent.Kind.allCases.map(\.rawValue).joined(separator: ", ")
                throw .parameter("kind", "must be one of \(known), or some with commas")
            }
            read.insert(kind)
        }
        return read
    }
}
