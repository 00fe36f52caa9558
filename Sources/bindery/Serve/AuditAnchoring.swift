import Audit
import Ledger
import Model
import Platform

/// Keeps the head of the audit trail in the ledger, so that cutting off the trail's end is seen.
///
/// The trail is durable before the ledger hears of it: a trail that is shorter than the ledger
/// knows has lost records, to a hand or to a disk.
enum AuditAnchoring {
    /// Checks the trail against the ledger.
    ///
    /// - Throws: One line for the operator.
    static func check(_ stores: ServerStores) throws(CommandFailure) {
        let anchors = stores.ledger.state.auditAnchors
        let known = stores.replica?.continuesOnly == true ? anchors[.only] : anchors[stores.writer]
        guard let anchor = known else { return }
        let head = stores.audit.head
        guard head.sequence >= anchor.sequence else {
            throw .failed(
                "the audit trail ends with record \(head.sequence), but the ledger knows of "
                    + "\(anchor.sequence): records are missing. Restore the audit folder from a "
                    + "backup; bindery does not go on without them"
            )
        }
        guard head.sequence > anchor.sequence || head.hash == anchor.hash else {
            throw .failed(
                "record \(head.sequence) of the audit trail is not the one that the ledger knows: "
                    + "it was altered. Restore the audit folder from a backup"
            )
        }
    }

    /// Tells the ledger the trail's head, when it has moved, or something was settled since.
    ///
    /// A ledger that can't write says so itself, loudly; the anchor before it stays good.
    static func anchor(_ stores: ServerStores) async {
        let head = stores.audit.head
        let anchored = stores.ledger.state.auditAnchors[stores.writer]?.sequence ?? 0
        guard head.sequence > anchored || stores.ledger.hasSettledDebts else { return }
        _ = await anchor(stores, removed: stores.audit.removed)
    }

    /// Tells the ledger the trail's head, and the last record that is removed.
    ///
    /// - Parameters:
    ///   - stores: The stores.
    ///   - removed: The last record that is removed.
    ///   - settlement: What of another writer is settled, if anything.
    /// - Returns: Whether the ledger knows it now.
    @discardableResult
    static func anchor(
        _ stores: ServerStores,
        removed: AuditHead,
        settling settlement: AuditSettlement? = nil
    ) async -> Bool {
        let head = stores.audit.head
        // Without a connection it would be waited for in vain, also at the end.
        guard stores.ledger.following?.isConnected != false else { return false }
        let point = AuditAnchor.Point(sequence: removed.sequence, hash: removed.hash)
        let anchor = AuditAnchor(
            sequence: head.sequence,
            hash: head.hash,
            removed: removed.sequence > 0 ? point : nil
        )
        do {
            _ = try await stores.ledger.commit(
                actor: .system("audit"),
                now: Timestamp(milliseconds: WallClock.milliseconds())
            ) { (_, _) throws(Never) in
                Ledger.Plan(
                    [.anchorAudit(anchor, of: stores.writer)],
                    answer: true,
                    settles: settlement
                )
            }
            return true
        } catch {
            return false
        }
    }
}
