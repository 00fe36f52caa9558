import JSON
import Model
import Outbound

/// Where a page of a list is asked for.
struct PageStep: Sendable, Hashable {
    /// What is added to the query, in place of what the operation itself says there.
    struct Parameter: Sendable, Hashable {
        let name: String
        let value: String
    }

    /// The query parameter of the page.
    private(set) var parameters: [Parameter] = []
    /// The whole address, where the provider gives it.
    private(set) var link: String?
    /// The address that the page was asked at, as far as a link is resolved against it.
    private let url: String
    /// The items of the pages before it.
    private let itemCount: Int
    /// How many pages came before it.
    private let number: Int

    /// The longest cursor that is sent back, in bytes.
    private static let cursorByteCountMax = 4096

    /// The first page, which is asked for at `url`.
    init(url: String) {
        self.url = url
        itemCount = 0
        number = 0
    }

    /// The page after `page`, of which this is the answer; nil at the end of the list.
    init?(
        _ pagination: Pagination,
        after page: PageStep,
        _ response: OutboundResponse,
        _ body: JSONValue,
        _ output: JSONValue
    ) {
        let items = output.at(pagination.items)?.array ?? []
        // A page without items is the last one, whatever it says: it could go on for ever.
        guard !items.isEmpty else { return nil }
        if let pointer = pagination.hasMore, body.at(pointer) != .bool(true) { return nil }
        number = page.number + 1
        itemCount = page.itemCount + items.count
        switch pagination.style {
        case .cursor(let name, let pointer):
            guard let cursor = body.at(pointer)?.templateText, !cursor.isEmpty,
                cursor.utf8.count <= Self.cursorByteCountMax
            else { return nil }
            let parameter = Parameter(name: name, value: cursor)
            // A cursor that points to its own page would never end.
            guard page.parameters != [parameter] else { return nil }
            parameters = [parameter]
            url = page.url
        case .offset(let name):
            parameters = [Parameter(name: name, value: "\(itemCount)")]
            url = page.url
        case .page(let name, let first):
            parameters = [Parameter(name: name, value: "\(first + number)")]
            url = page.url
        case .link:
            let target = response.header("link").flatMap(LinkHeader.next)
                .flatMap { OutboundRequest.url($0, sameOriginAs: page.url) }
            guard let target, target != page.url else { return nil }
            link = target
            url = target
        }
    }
}
