import Audit
import JSON
import Ledger
import Model
import Platform

/// Removes what the audit trail no longer has to keep, while the server runs.
///
/// A removal is recorded in the trail, then anchored in the ledger, then carried out, so that whoever
/// verifies later finds why the chain begins where it does. Where any of these fails, nothing goes this
/// time.
struct AuditRetaining: Sendable {
    /// How often it looks.
    static let interval = Duration.seconds(60)
    /// The first look after a start, which also finishes what a crash interrupted.
    static let firstInterval = Duration.seconds(1)
    /// The most removals of one look, of up to sixteen segments each.
    static let removalCountMax = 16

    private let task: Task<Void, Never>

    /// Retains until it is stopped.
    init(_ stores: ServerStores, _ settings: AuditSettings, _ log: ServerLog) {
        task = Task {
            var interval = Self.firstInterval
            var isTold = false
            while !Task.isCancelled {
                do {
                    try await Task.sleep(for: interval)
                } catch {
                    // Stopped.
                    return
                }
                interval = Self.interval
                do throws(AuditError) {
                    try await Self.retain(stores, settings, log)
                    isTold = false
                } catch {
                    if !isTold {
                        log.write(.error, "audit.kept", ["detail": .string(error.detail)])
                    }
                    isTold = true
                }
            }
        }
    }

    /// Stops; returns when nothing is being removed any more.
    func stop() async {
        task.cancel()
        await task.value
    }

    private static func retain(
        _ stores: ServerStores,
        _ settings: AuditSettings,
        _ log: ServerLog
    ) async throws(AuditError) {
        guard stores.audit.failure == nil else { return }
        try await stores.audit.finishRemoval()
        for _ in 0..<removalCountMax where !Task.isCancelled {
            let now = WallClock.milliseconds()
            let retention = settings.retention(now: now)
            guard let removal = try await stores.audit.removal(retention) else { return }
            // Not begun while the ledger could not be told.
            guard case .serving = stores.ledger.condition else { return }
            _ = try await stores.audit.append(draft(of: removal, now))
            guard await AuditAnchoring.anchor(stores, removed: removal.last) else { return }
            try await stores.audit.remove(removal)
            log.write(.info, "audit.removed", members(of: removal))
        }
    }

    private static func draft(of removal: AuditRemoval, _ now: Int64) -> AuditDraft {
        var draft = AuditDraft(.auditRemove, at: Timestamp(milliseconds: now))
        draft.resource = AuditResource(
            type: "audit",
            id: "\(removal.first)-\(removal.last.sequence)"
        )
        draft.after = .object(members(of: removal))
        return draft
    }

    private static func members(of removal: AuditRemoval) -> JSONObject {
        [
            "reason": .string(removal.reason.rawValue),
            "first": .integer(Int64(clamping: removal.first)),
            "last": .integer(Int64(clamping: removal.last.sequence)),
            "lastHash": .string(removal.last.hash),
            "records": .integer(Int64(removal.recordCount)),
            "bytes": .integer(Int64(removal.byteCount)),
        ]
    }
}

extension AuditSettings {
    /// How long a segment takes records: the grain of the retention by age.
    var segmentAgeMax: Duration { .seconds(86_400 * retentionDayCount) / 16 }

    /// What is kept at this time, in milliseconds since 1970.
    func retention(now: Int64) -> AuditRetention {
        AuditRetention(
            appendedSince: Timestamp(
                milliseconds: now - Int64(retentionDayCount) * 86_400_000
            ),
            byteCountMax: retentionByteCount == 0 ? nil : retentionByteCount
        )
    }
}
