import Platform
import Synchronization

extension TrailIndex {
    /// What a look-up found.
    struct Found: Sendable {
        /// Where the records stand, in the order asked for.
        var places: [RecordPlace] = []
        /// Whether there are no others.
        var isEnd = false
        /// Whether it found nothing before it came to a segment whose index is not known yet.
        var waits = false
    }

    /// A closed segment that a look-up visits.
    struct Visit: Sendable {
        let segment: UInt64
        let closed: Closed
    }

    /// The places of up to `countMax` records that the query finds in the window of sequences.
    ///
    /// - Throws: `AuditError` with `.damaged` when the segments that it needs cannot be read.
    func find(
        _ query: IndexQuery,
        in window: Range<UInt64>,
        countMax: Int
    ) async throws(AuditError) -> Found {
        if query.isOldestFirst {
            let found = try await findClosed(query, window, countMax, Found(isEnd: true))
            return found.isEnd ? findCurrent(query, window, countMax, found) : found
        }
        let found = findCurrent(query, window, countMax, Found())
        return found.isEnd ? try await findClosed(query, window, countMax, found) : found
    }

    /// Searches the segment that is appended to; little, so that its lock may be held meanwhile.
    private func findCurrent(
        _ query: IndexQuery,
        _ window: Range<UInt64>,
        _ countMax: Int,
        _ before: Found
    ) -> Found {
        var found = before
        found.isEnd = state.withLock { state in
            state.current?.findHere(query, window, &found.places, countMax) ?? true
        }
        return found
    }

    /// Searches the closed segments, on a thread that may wait for the disk.
    private func findClosed(
        _ query: IndexQuery,
        _ window: Range<UInt64>,
        _ countMax: Int,
        _ before: Found
    ) async throws(AuditError) -> Found {
        let visits = state.withLock { $0.visits(query, window) }
        guard !visits.isEmpty else { return before }
        let search = ClosedSearch(query: query, window: window, countMax: countMax)
        guard let searcher else { return try search.run(visits, in: nil, from: before).found }
        let result = try await searcher.run { folder throws(AuditError) in
            try search.run(visits, in: folder, from: before)
        }
        if let spoilt = result.spoilt { rebuild(spoilt) }
        return result.found
    }
}

extension TrailIndex.State {
    /// The closed segments that the query has to visit, in its order.
    fileprivate func visits(
        _ query: IndexQuery,
        _ window: Range<UInt64>
    ) -> [TrailIndex.Visit] {
        var visits: [TrailIndex.Visit] = []
        for (position, segment) in order.enumerated() where segment < window.upperBound {
            let end = position + 1 < order.count ? order[position + 1] : UInt64.max
            guard end > window.lowerBound, end > oldest else { continue }
            let closed = closed[segment] ?? .unknown
            if case .filed(let summary) = closed, summary.admission(query.filter) == .none {
                continue
            }
            visits.append(TrailIndex.Visit(segment: segment, closed: closed))
        }
        return query.isOldestFirst ? visits : visits.reversed()
    }
}

extension LiveIndex {
    /// Searches it; nothing that is in memory can fail.
    func findHere(
        _ query: IndexQuery,
        _ window: Range<UInt64>,
        _ places: inout [RecordPlace],
        _ countMax: Int
    ) -> Bool {
        do throws(AuditError) {
            return try find(query, window, into: &places, countMax: countMax)
        } catch {
            preconditionFailure("an index in memory was not read: \(error.detail)")
        }
    }
}

/// A walk over closed segments.
private struct ClosedSearch: Sendable {
    let query: IndexQuery
    let window: Range<UInt64>
    let countMax: Int

    /// Searches segment after segment.
    ///
    /// - Returns: What was found, and the segment whose index has to be made.
    func run(
        _ visits: [TrailIndex.Visit],
        in folder: Folder?,
        from before: TrailIndex.Found
    ) throws(AuditError) -> (found: TrailIndex.Found, spoilt: TrailIndex.Visit?) {
        var found = before
        found.isEnd = false
        for visit in visits {
            let countBefore = found.places.count
            do throws(AuditError) {
                guard try search(visit, folder, &found) else { return (found, nil) }
            } catch {
                found.places.removeLast(found.places.count - countBefore)
                // What was found before it is answered; who goes on is told.
                switch visit.closed {
                case .filed where error.code == .damaged, .unknown:
                    found.waits = found.places.isEmpty
                    return (found, visit)
                default:
                    guard !found.places.isEmpty else { throw error }
                    return (found, nil)
                }
            }
        }
        found.isEnd = true
        return (found, nil)
    }

    private func search(
        _ visit: TrailIndex.Visit,
        _ folder: Folder?,
        _ found: inout TrailIndex.Found
    ) throws(AuditError) -> Bool {
        switch visit.closed {
        case .live(let index):
            return index.findHere(query, window, &found.places, countMax)
        case .filed:
            guard let folder else { return true }
            let index = try IndexFile(of: visit.segment, in: folder)
            return try index.find(query, window, into: &found.places, countMax: countMax)
        case .unknown: throw AuditError(.damaged, "the index is not known yet")
        case .damaged(let error): throw error
        }
    }
}
