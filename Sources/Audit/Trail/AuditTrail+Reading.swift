public import Model

/// Reading: lists, single records, and the check of the whole chain.
extension AuditTrail {
    /// The largest page.
    public static let pageCountMax = 500
    /// The most records that are read from the store for one page.
    static let readCountMax = 10_000
    /// How long a list waits for an index that is made.
    private static let indexWaitMax = Duration.seconds(10)

    /// The tenant's records that the filter lets pass, the newest first.
    ///
    /// - Parameters:
    ///   - tenant: Whose records; nil for those of the platform.
    ///   - filter: Which of them.
    ///   - limit: The most records of the page; held within 1 and `pageCountMax`.
    ///   - before: The cursor of the page before; nil for the newest records.
    /// - Returns: A page, which may hold fewer than `limit` though there are more.
    /// - Throws: `AuditError` when the store cannot be read.
    public func list(
        tenant: TenantID?,
        filter: AuditFilter = AuditFilter(),
        limit: Int = 50,
        before: UInt64? = nil
    ) async throws(AuditError) -> AuditPage {
        let limit = min(max(1, limit), Self.pageCountMax)
        let query = IndexQuery(tenant: tenant, filter: filter)
        var items: [AuditRecord] = []
        var cursor = before ?? .max
        var readCount = 0
        while readCount < Self.readCountMax {
            let wanted = limit - items.count
            // One more than wanted tells whether there is another page.
            let found = try await find(query, 0..<cursor, countMax: wanted + 1)
            if found.waits {
                guard !items.isEmpty else { throw Self.starting }
                return AuditPage(items: items, nextCursor: cursor)
            }
            let places = Array(found.places.prefix(wanted))
            items += try await store.records(at: places, countMax: wanted) { record in
                filter.admits(record, of: tenant)
            }
            if found.places.count <= wanted, found.isEnd {
                return AuditPage(items: items, nextCursor: nil)
            }
            readCount += places.count
            cursor = places.last?.sequence ?? cursor
            if items.count == limit { break }
        }
        return AuditPage(items: items, nextCursor: cursor)
    }

    static let starting = AuditError(
        .starting,
        "the trail is still being read since the start: try again later"
    )

    /// What the index finds in a window of sequences; an index that is made is waited for a while.
    func find(
        _ query: IndexQuery,
        _ window: Range<UInt64>,
        countMax: Int
    ) async throws(AuditError) -> TrailIndex.Found {
        let oldest = min(max(window.lowerBound, index.oldest), window.upperBound)
        return try await waiting { () async throws(AuditError) in
            try await index.find(query, in: oldest..<window.upperBound, countMax: countMax)
        }
    }

    private func waiting(
        _ find: () async throws(AuditError) -> TrailIndex.Found
    ) async throws(AuditError) -> TrailIndex.Found {
        let deadline = ContinuousClock.now + Self.indexWaitMax
        while true {
            let found = try await find()
            guard found.waits, ContinuousClock.now < deadline else { return found }
            do {
                try await Task.sleep(for: .milliseconds(10))
            } catch {
                throw AuditError(.closed, "the request was given up")
            }
        }
    }

    /// The tenant's record with this id; nil when there is none that is still kept.
    public func get(tenant: TenantID?, id: String) async throws(AuditError) -> AuditRecord? {
        let found = try await waiting { () async throws(AuditError) in
            try await index.find(id: id)
        }
        let records = try await store.records(at: found.places, countMax: 1) { record in
            record.id == id && record.tenant == tenant
        }
        if records.isEmpty, found.waits { throw Self.starting }
        return records.first
    }
}
