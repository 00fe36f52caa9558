import Audit
import Ledger
import Model
import Synchronization

/// Leaves a record of who was not let in and of what was not allowed, without waiting for it, and
/// never more of them than somebody could read: a flood of refusals is counted, and not written.
final class DenialTrail: Sendable {
    /// The most records a minute of one source: an address, and the credential that it used.
    static let recordCountMaxPerSource = 20
    /// The most records of one kind a minute, from wherever: nothing that a stranger does may fill
    /// the disk.
    static let recordCountMax = 100
    /// The most sources that are told apart; beyond, a new one is counted and not recorded.
    static let sourceCountMax = 10_000

    fileprivate struct Source: Hashable {
        let kind: AuditKind
        let address: String?
        let credential: String
    }

    fileprivate struct Tally {
        var recordCount = 0
        /// How many were left out since the source's last record.
        var leftOutCount = 0
    }

    fileprivate struct Window {
        var minute: Int64 = 0
        var tallies: [Source: Tally] = [:]
        var recordCounts: [AuditKind: Int] = [:]
    }

    private let audit: AuditTrail
    private let window = Mutex(Window())
    private let leftOutCounts = Mutex<[AuditKind: UInt64]>([:])

    init(_ audit: AuditTrail) { self.audit = audit }

    /// The draft of what is to be recorded within the bounds, which says how many like it were left
    /// out before; nil for one that is left out itself, and counted.
    func admitted(_ draft: AuditDraft) -> AuditDraft? {
        let source = Source(
            kind: draft.kind,
            address: draft.actor.ip,
            credential: draft.actor.id
        )
        let minute = draft.occurredAt.milliseconds / 60_000
        guard let leftOutCount = window.withLock({ $0.admit(source, minute) }) else {
            countLeftOut(draft.kind)
            return nil
        }
        var draft = draft
        if leftOutCount > 0 { draft.leftOutCount = leftOutCount }
        return draft
    }

    /// Records a denial soon, or counts it.
    func note(_ denial: AuditDraft) {
        guard let draft = admitted(denial) else { return }
        // Not awaited: the answer does not depend on it, and an event loop waits for no disk.
        Task {
            do {
                _ = try await audit.append(draft)
            } catch {
                countLeftOut(draft.kind)
            }
        }
    }

    private func countLeftOut(_ kind: AuditKind) {
        leftOutCounts.withLock { $0[kind, default: 0] += 1 }
    }

    /// The part of `/metrics`.
    var metricsText: String {
        let counts = leftOutCounts.withLock { $0 }
        let name = "bindery_audit_denials_left_out_total"
        var text = MetricsText()
        let help = "Denials and repeated webhooks that were counted and not recorded, by kind."
        text.family(name, .counter, help)
        for kind in [AuditKind.auth, .decision, .call] {
            text.sample(name, counts[kind] ?? 0, [("kind", kind.rawValue)])
        }
        return text.text
    }
}

extension DenialTrail.Window {
    /// Whether a denial is recorded, and how many of its source were left out before it; nil for one
    /// that is left out itself.
    fileprivate mutating func admit(_ source: DenialTrail.Source, _ minute: Int64) -> Int? {
        // A request of the last minute may come late; a clock that was set back begins anew.
        if minute > self.minute || minute < self.minute - 1 { turn(to: minute) }
        guard tallies[source] != nil || tallies.count < DenialTrail.sourceCountMax else {
            return nil
        }
        var tally = tallies[source] ?? DenialTrail.Tally()
        defer { tallies[source] = tally }
        guard tally.recordCount < DenialTrail.recordCountMaxPerSource,
            recordCounts[source.kind, default: 0] < DenialTrail.recordCountMax
        else {
            tally.leftOutCount += 1
            return nil
        }
        recordCounts[source.kind, default: 0] += 1
        tally.recordCount += 1
        defer { tally.leftOutCount = 0 }
        return tally.leftOutCount
    }

    /// Begins a minute; what was left out waits for the source's next record, unless so many sources
    /// wait that they would keep out new ones.
    private mutating func turn(to minute: Int64) {
        let owed = tallies.filter { $0.value.leftOutCount > 0 }
            .mapValues { DenialTrail.Tally(leftOutCount: $0.leftOutCount) }
        tallies = owed.count <= DenialTrail.sourceCountMax / 2 ? owed : [:]
        recordCounts = [:]
        self.minute = minute
    }
}
