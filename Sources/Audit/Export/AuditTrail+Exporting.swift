public import Model

extension AuditTrail {
    /// The bytes that are read at once for an export; a single record may be larger.
    private static let pieceByteCountMax = 1 << 20

    /// The next of a tenant's records that the filter lets pass, the oldest first.
    ///
    /// - Parameters:
    ///   - tenant: Whose records; nil for those of the platform.
    ///   - filter: Which of them.
    ///   - after: They come after the record with this sequence.
    ///   - through: Up to this one.
    /// - Returns: Some records, and the sequence to go on after; nil at the end.
    /// - Throws: `AuditError` when the store cannot be read.
    public func records(
        tenant: TenantID?,
        filter: AuditFilter,
        after: UInt64,
        through: UInt64
    ) async throws(AuditError) -> (items: [AuditRecord], next: UInt64?) {
        guard after < through else { return ([], nil) }
        let query = IndexQuery(tenant: tenant, filter: filter, isOldestFirst: true)
        let found = try await find(
            query,
            after + 1..<through + 1,
            countMax: ExportForm.markInterval
        )
        if found.waits { throw Self.starting }
        var byteCount = 0
        let places = found.places.prefix { place in
            defer { byteCount += place.length }
            return byteCount < Self.pieceByteCountMax
        }
        let items = try await store.records(
            at: Array(places),
            countMax: places.count,
            keep: { filter.admits($0, of: tenant) }
        )
        let isEnd = found.isEnd && places.count == found.places.count
        return (items, isEnd ? nil : places.last?.sequence ?? through)
    }
}
