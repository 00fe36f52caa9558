import Model
import Synchronization

/// Retention: the oldest segments go, and the chain stays one that can be checked.
///
/// Whoever removes first asks what has to go (`removal`), then records it in the trail and anchors it
/// where the trail's head is anchored, then lets it go (`remove`). Interrupted anywhere, the next time
/// goes on: before `remove` nothing has changed, and `remove` leaves its mark before the first file goes.
extension AuditTrail {
    /// The last record that was removed for its age or the trail's size; the head of an empty trail when
    /// none was.
    public var removed: AuditHead { state.withLock { $0.removed } }

    /// The oldest records that have to go; nil when all may stay.
    ///
    /// The newest segment always stays.
    ///
    /// - Throws: `AuditError` when the folder can't be read, or a segment in it.
    public func removal(
        _ retention: AuditRetention
    ) async throws(AuditError) -> AuditRemoval? {
        try await store.removal(retention)
    }

    /// Removes what `removal` has named.
    public func remove(_ removal: AuditRemoval) async throws(AuditError) {
        try await remove(through: removal.last)
    }

    /// Finishes a removal that a crash interrupted.
    public func finishRemoval() async throws(AuditError) {
        let last = removed
        guard last.sequence > 0 else { return }
        try await remove(through: last)
    }

    private func remove(through last: AuditHead) async throws(AuditError) {
        try await store.remove(through: last) { [self] in
            state.withLock { $0.removed = last }
            // Before the files go, so that no list looks for what is not there.
            index.forget(before: last.sequence + 1)
        }
    }
}
