import JSON

/// A list on a server, read page by page.
enum ObjectList {
    /// The most items that are read.
    static let countMax = 10_000
    /// The most items of a page that a server gives.
    private static let pageCountMax = 500

    /// The items of the list at `path`, at most `limit`, and whether there are more.
    static func read(
        _ path: String,
        _ query: QueryText,
        limit: Int,
        _ access: ServerAccess
    ) async throws(CommandFailure) -> (items: [JSONValue], hasMore: Bool) {
        var items: [JSONValue] = []
        var cursor: String?
        // Each page has an item at least, or ends the list.
        for _ in 0...limit {
            var query = query
            query.add("limit", "\(min(pageCountMax, limit - items.count))")
            query.add("cursor", cursor)
            let page = try await access.ask("GET", path + query.text)
            guard let found = page["items"]?.array else {
                throw .failed("GET \(path): the answer is no list: is this a Bindery server?")
            }
            items += found
            cursor = page["nextCursor"]?.string
            guard cursor != nil, items.count < limit, !found.isEmpty else { break }
        }
        return (Array(items.prefix(limit)), cursor != nil)
    }
}
