import Platform
import Synchronization

extension TrailIndex {
    /// The places of the records that may have this id, the newest first.
    ///
    /// An id tells when its record was appended, so that few segments are looked at.
    func find(id: String) async throws(AuditError) -> Found {
        var found = Found()
        guard let time = IndexEntry.appendTime(of: id) else { return found }
        let tail = IndexEntry.tail(of: id)
        let visits = state.withLock { state in
            if let current = state.current { found.places = current.places(tail, time) }
            return state.order.reversed()
                .map { segment in
                    Visit(segment: segment, closed: state.closed[segment] ?? .unknown)
                }
        }
        for visit in visits where found.places.isEmpty {
            switch visit.closed {
            case .unknown:
                found.waits = true
                rebuild(visit)
            case .damaged: continue
            case .live(let index): found.places = index.places(tail, time)
            case .filed(let summary):
                guard summary.appended?.contains(time) == true else { continue }
                found.places = try await filed(visit.segment, tail)
            }
        }
        return found
    }

    private func filed(_ segment: UInt64, _ tail: UInt64) async throws(AuditError) -> [RecordPlace]
    {
        guard let searcher else { return [] }
        do throws(AuditError) {
            return try await searcher.run { folder throws(AuditError) in
                let index = try IndexFile(of: segment, in: folder)
                var places: [RecordPlace] = []
                for ordinal in try index.ordinals(ofIDTail: tail).reversed() {
                    places.append(try index.place(ordinal))
                }
                return places
            }
        } catch {
            if error.code == .damaged { rebuild(segment) }
            throw error
        }
    }
}

extension LiveIndex {
    /// The places of the records whose ids end like this, if any was appended at that time.
    fileprivate func places(_ tail: UInt64, _ time: Int64) -> [RecordPlace] {
        guard summary.appended?.contains(time) == true else { return [] }
        return ordinals(ofIDTail: tail).reversed()
            .map { ordinal in
                RecordPlace(
                    sequence: summary.first + UInt64(ordinal),
                    segment: segment,
                    offset: Int(entries[ordinal].offset),
                    length: Int(entries[ordinal].length)
                )
            }
    }
}
