import JSON
import Model
import Platform
import Synchronization

/// Writing batches: one task at a time, from the first record that waits until none does.
extension AuditTrail {
    /// The most bytes of one batch; a single record may be larger.
    private static let batchByteCountMax = 16 << 20

    private struct Sealed {
        let waiting: Waiting
        let link: ChainLink
        let line: [UInt8]
    }

    func flush() async {
        while let batch = nextBatch() {
            let sealed = seal(batch)
            guard !sealed.isEmpty else { continue }
            do throws(AuditError) {
                try await write(sealed)
                for entry in sealed {
                    entry.waiting.finish(.success(entry.link))
                }
            } catch {
                fail(sealed.map(\.waiting), error)
            }
        }
    }

    /// The records that wait, up to a batch; ends the flush when there are none.
    private func nextBatch() -> [Waiting]? {
        let (batch, drains) = state.withLock { state -> ([Waiting], [Drain]) in
            let batch = Array(state.waiting.prefix(Self.batchCountMax))
            state.waiting.removeFirst(batch.count)
            guard batch.isEmpty else { return (batch, []) }
            state.isFlushing = false
            defer { state.drains = [] }
            return (batch, state.drains)
        }
        for drain in drains { drain.resume() }
        return batch.isEmpty ? nil : batch
    }

    /// Gives the records their place in the chain; what does not fit the batch waits again.
    private func seal(_ batch: [Waiting]) -> [Sealed] {
        var head = head
        var sealed: [Sealed] = []
        var byteCount = 0
        for (position, waiting) in batch.enumerated() {
            let id = UUIDv7.make(now: configuration.now())
            let (link, line) = waiting.record.seal(id: id, after: head)
            guard line.count <= AuditRecord.byteCountMax else {
                let error = AuditError(.recordTooLarge, "an audit record of \(line.count) bytes")
                waiting.finish(.failure(error))
                continue
            }
            sealed.append(Sealed(waiting: waiting, link: link, line: line))
            head = link.head
            byteCount += line.count
            if byteCount > Self.batchByteCountMax {
                let rest = batch[(position + 1)...]
                state.withLock { $0.waiting.insert(contentsOf: rest, at: 0) }
                break
            }
        }
        return sealed
    }

    private func write(_ sealed: [Sealed]) async throws(AuditError) {
        let places = try await store.append(sealed.map(\.line), first: sealed[0].link.head.sequence)
        index.add(
            zip(sealed, places)
                .map { entry, place in
                    (IndexedRecord(entry.waiting.record, entry.link, at: place), place)
                }
        )
        // Files keep their records; memory has dropped its oldest ones perhaps.
        if configuration.folder == nil { index.forget(before: store.oldestSequence) }
        let last = sealed[sealed.count - 1].link.head
        state.withLock { $0.head = last }
    }

    /// Refuses these records, those that wait, and all that come.
    private func fail(_ batch: [Waiting], _ error: AuditError) {
        let waiting = state.withLock { state in
            state.failure =
                state.failure
                ?? AuditError(
                    error.code,
                    "an earlier audit record was not written: \(error.detail)"
                )
            defer { state.waiting = [] }
            return batch + state.waiting
        }
        for entry in waiting { entry.finish(.failure(error)) }
    }
}
