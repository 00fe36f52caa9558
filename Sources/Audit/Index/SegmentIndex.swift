/// The index of one segment, in memory or in a file.
protocol SegmentIndex {
    /// What it tells of the segment.
    var summary: SegmentSummary { get }

    /// The name of the segment's file, by its first record.
    var segment: UInt64 { get }

    /// The records with this term, and perhaps some others whose terms share its key.
    func ordinals(of term: IndexTerm) throws(AuditError) -> OrdinalSet

    /// The entry of a record.
    func entry(_ ordinal: Int) throws(AuditError) -> IndexEntry

    /// When the records of each block happened.
    var blockTimes: BlockTimes { get throws(AuditError) }

    /// The records whose ids end like this.
    func ordinals(ofIDTail tail: UInt64) throws(AuditError) -> [Int]
}

extension SegmentIndex {
    /// Where the record stands.
    func place(_ ordinal: Int) throws(AuditError) -> RecordPlace {
        let entry = try entry(ordinal)
        return RecordPlace(
            sequence: summary.first + UInt64(ordinal),
            segment: segment,
            offset: Int(entry.offset),
            length: Int(entry.length)
        )
    }

    /// Adds to `matches` what the query finds here, until it has enough.
    ///
    /// - Returns: Whether there is nothing more here.
    func find(
        _ query: IndexQuery,
        _ window: Range<UInt64>,
        into places: inout [RecordPlace],
        countMax: Int
    ) throws(AuditError) -> Bool {
        let admission = summary.admission(query.filter)
        guard admission != .none, window.overlaps(summary.first..<summary.end) else { return true }
        let found = try candidates(query)
        guard !found.isEmpty else { return true }
        let times = admission == .all ? nil : try blockTimes
        let low = Int(clamping: max(window.lowerBound, summary.first) - summary.first)
        let high = Int(clamping: min(window.upperBound, summary.end) - summary.first)
        var next = query.isOldestFirst ? found.first(from: low) : found.last(before: high)
        while let ordinal = next, ordinal >= low, ordinal < high {
            guard places.count < countMax else { return false }
            let block = ordinal / BlockTimes.recordCount
            // The records whose turn is over with this one.
            var passed = ordinal..<ordinal + 1
            switch times.map({ query.filter.admission(of: $0.ranges[block]) }) ?? .all {
            case .all: places.append(try place(ordinal))
            case .some where query.filter.admits(try entry(ordinal).occurredAt):
                places.append(try place(ordinal))
            case .some: break
            case .none:
                let first = block * BlockTimes.recordCount
                passed = first..<first + BlockTimes.recordCount
            }
            next =
                query.isOldestFirst
                ? found.first(from: passed.upperBound) : found.last(before: passed.lowerBound)
        }
        return true
    }

    /// The records that have a term of each of the query's groups.
    private func candidates(_ query: IndexQuery) throws(AuditError) -> OrdinalSet {
        var found: OrdinalSet?
        for group in query.terms {
            var alternatives = OrdinalSet(count: summary.count)
            for term in group { alternatives.formUnion(try ordinals(of: term)) }
            if found?.formIntersection(alternatives) == nil { found = alternatives }
            if found?.isEmpty == true { break }
        }
        return found ?? OrdinalSet(count: summary.count)
    }
}
