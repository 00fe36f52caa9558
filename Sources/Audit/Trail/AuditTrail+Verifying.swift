import Synchronization

/// Verifying: a walk along the whole chain.
extension AuditTrail {
    /// Walks all records, from the oldest to the newest one at the time of the call.
    ///
    /// It goes from segment to segment, so that a removal need not wait for its end. What is removed
    /// before the walk came to it is told as removed: the walk begins anew behind it. It ends with the
    /// task that asked for it, and with the trail.
    ///
    /// - Parameter anchor: A head that was kept elsewhere, which the chain must pass.
    /// - Returns: What was found.
    /// - Throws: `AuditError` when the store cannot be read.
    public func verify(anchor: AuditHead? = nil) async throws(AuditError) -> AuditVerification {
        let head = head
        var walk = begin(anchor, through: head)
        var segment = walk.position
        while !walk.isOver {
            try checkWanted()
            let before = walk.position
            let (next, walked) = try await visit(behind: segment, walk)
            if isInFolder, removed.sequence > before {
                // A flaw as well: it may be the gap that the removal has left.
                walk = begin(anchor, through: head)
                segment = walk.position
                continue
            }
            walk = walked
            guard let next else { break }
            segment = next
        }
        return walk.finished()
    }

    private var isInFolder: Bool { configuration.folder != nil }

    private func begin(_ anchor: AuditHead?, through head: AuditHead) -> ChainWalk {
        ChainWalk(
            after: isInFolder ? removed : nil,
            passing: anchor.map { [$0] } ?? [],
            through: head
        )
    }

    /// Visits the records of the next segment.
    private func visit(
        behind segment: UInt64,
        _ walk: ChainWalk
    ) async throws(AuditError) -> (segment: UInt64?, walk: ChainWalk) {
        let walked = Mutex(walk)
        let next = try await store.walk(behind: segment) { line in
            walked.withLock { $0.visit(line) }
        }
        return (next, walked.withLock { $0 })
    }

    private func checkWanted() throws(AuditError) {
        guard !Task.isCancelled else { throw AuditError(.closed, "the request was given up") }
        guard !state.withLock({ $0.isClosed }) else {
            throw AuditError(.closed, "the audit trail was closed")
        }
    }
}
