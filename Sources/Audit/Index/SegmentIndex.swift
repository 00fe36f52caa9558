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
        guard summary.mayAdmit(query.filter), window.overlaps(summary.first..<summary.end) else {
            return true
        }
        let found = try candidates(query)
        guard !found.isEmpty else { return true }
        let isTimeChecked = !summary.surelyAdmits(query.filter)
        let low = Int(clamping: max(window.lowerBound, summary.first) - summary.first)
        let high = Int(clamping: min(window.upperBound, summary.end) - summary.first)
        var next = query.isOldestFirst ? found.first(from: low) : found.last(before: high)
        while let ordinal = next, ordinal >= low, ordinal < high {
            guard places.count < countMax else { return false }
            let isWithin = isTimeChecked ? query.admits(try entry(ordinal).occurredAt) : true
            if isWithin { places.append(try place(ordinal)) }
            next =
                query.isOldestFirst ? found.first(from: ordinal + 1) : found.last(before: ordinal)
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
