import Ledger
import Model

/// Writes out all that `apply` takes, at one revision (API section 10, "Apply and export").
public struct ExportObjects: Sendable {
    /// The most exports at one time; each holds a state, whose old parts are kept as long.
    static let countMax = 32
    /// The most exports that keys of one tenant have at one time.
    static let tenantCountMax = 4
    /// Lines are gathered up to this many bytes before they are written.
    private static let pieceByteCount = 32 << 10

    /// The places of those who export.
    static func makeSlots() -> StreamSlots {
        StreamSlots(what: "exports", countMax: countMax, tenantCountMax: tenantCountMax)
    }

    /// The tenant; nil for everything.
    public let scope: TenantScope?

    /// A request.
    public init(scope: TenantScope?) { self.scope = scope }

    /// Carries it out.
    ///
    /// The whole answer is of the one state that is newest now, however long it takes to read it.
    ///
    /// - Throws: `TOO_MANY_STREAMS`.
    public func run(_ context: CommandContext) throws(CommandError) -> CommandAnswer {
        let slot = try context.services.exports.enter(context.caller.credential.tenant)
        let state = context.state
        let lines = ExportLines(
            state: state,
            tenant: scope?.tenant,
            credential: context.caller.credential,
            environments: context.services.environments
        )
        let stream = AnswerStream(mediaType: "application/x-ndjson") { sink in
            defer { withExtendedLifetime(slot) {} }
            var piece: [UInt8] = []
            for part in lines.parts {
                for line in part.lines(lines) {
                    piece += line
                    piece.append(0x0A)
                    guard piece.count >= Self.pieceByteCount else { continue }
                    try await sink.write(piece)
                    piece.removeAll(keepingCapacity: true)
                }
            }
            if !piece.isEmpty { try await sink.write(piece) }
        }
        return CommandAnswer(body: .stream(stream), revision: state.revision)
    }
}
