import Platform
import Synchronization

/// What is done for the index in the background.
extension TrailIndex {
    /// Begins with a trail that was there: everything up to `head`, in these segments.
    func begin(_ segments: [UInt64], through head: AuditHead) {
        // An empty last segment has nothing to be read.
        let segments = segments.filter { $0 <= head.sequence }
        guard let last = segments.last else { return }
        state.withLock { state in
            state.order = segments
            state.closed = Dictionary(uniqueKeysWithValues: segments.map { ($0, .unknown) })
            state.rebuilding = Set(segments)
            state.oldest = segments[0]
        }
        Task { [self] in
            await readLast(last, through: head)
            for (segment, next) in zip(segments, segments.dropFirst()).reversed() {
                await know(segment) { files throws(AuditError) in
                    try files.closed(segment, before: next)
                }
            }
        }
    }

    /// Makes the index of a segment again that a look-up visited; not one that it did not know yet
    /// and that is known by now.
    func rebuild(_ visit: Visit) {
        rebuild(visit.segment) { closed in
            guard case .unknown = visit.closed else { return true }
            guard case .unknown = closed else { return false }
            return true
        }
    }

    /// Makes the index of a segment again, if that is wanted for what is known of it.
    func rebuild(_ segment: UInt64, if isWanted: (Closed) -> Bool = { _ in true }) {
        let next = state.withLock { state -> UInt64? in
            guard state.closed[segment].map(isWanted) == true,
                !state.rebuilding.contains(segment),
                let next = state.order.first(where: { $0 > segment }) ?? state.current?.segment
            else { return nil }
            state.rebuilding.insert(segment)
            state.set(.unknown, segment)
            return next
        }
        guard let next else { return }
        Task {
            await know(segment) { files throws(AuditError) in
                try files.made(segment, before: next)
            }
        }
    }

    /// Reads the last segment as it was at the start; what was appended since is put behind it.
    private func readLast(_ segment: UInt64, through head: AuditHead) async {
        guard let files else { return }
        let result: Result<LiveIndex, AuditError>
        do throws(AuditError) {
            result = .success(
                try await files.run { files throws(AuditError) in
                    try files.read(segment, through: head.sequence)
                }
            )
        } catch {
            result = .failure(error)
        }
        let isFullMeanwhile = state.withLock { state -> Bool in
            state.rebuilding.remove(segment)
            guard state.closed[segment] != nil else { return false }
            switch result {
            case .failure(let error): state.set(.damaged(error), segment)
            case .success(var index):
                guard state.current.map({ $0.segment == segment }) ?? true else { return true }
                if let since = state.current { index.append(since) }
                state.current = index
                state.closed[segment] = nil
                state.order.removeAll { $0 == segment }
            }
            return false
        }
        if isFullMeanwhile { rebuild(segment) }
    }

    /// Finds out about a closed segment.
    private func know(
        _ segment: UInt64,
        _ work: @escaping @Sendable (SegmentIndexing) throws(AuditError) -> Closed
    ) async {
        guard let files else { return }
        let closed: Closed
        do throws(AuditError) {
            closed = try await files.run { files throws(AuditError) in try work(files) }
        } catch {
            closed = .damaged(error)
        }
        state.withLock { state in
            state.rebuilding.remove(segment)
            state.set(closed, segment)
        }
    }
}
