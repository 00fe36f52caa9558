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
    private var url: String
    /// The items of the pages before it.
    private var itemCount = 0
    /// How many pages came before it.
    private var number = 0

    /// The longest cursor that is sent back, in bytes.
    private static let cursorByteCountMax = 4096

    /// The first page, which is asked for at `url`.
    init(url: String) { self.url = url }

    /// What follows a page.
    enum End: Sendable, Hashable {
        /// Another page.
        case next(PageStep)
        /// Nothing: the list is whole.
        case whole
        /// Something that cannot be asked for, by this code: the list is not whole.
        case broken(String)
    }

    /// What was read of a page.
    struct Page: Sendable, Hashable {
        /// Its items.
        let items: [JSONValue]
        /// What follows.
        let end: End

        /// An answer that is no page.
        static let whole = Page(items: [], end: .whole)
    }

    /// The items of `page`, of which this is the answer, and what follows it.
    static func page(
        _ pagination: Pagination,
        after page: PageStep,
        _ response: OutboundResponse,
        _ body: JSONValue,
        _ output: JSONValue
    ) -> Page {
        guard let items = output.at(pagination.items)?.array else {
            return Page(items: [], end: .broken("PAGE_UNREADABLE"))
        }
        return Page(items: items, end: end(pagination, after: page, response, body, items))
    }

    private static func end(
        _ pagination: Pagination,
        after page: PageStep,
        _ response: OutboundResponse,
        _ body: JSONValue,
        _ items: [JSONValue]
    ) -> End {
        // A page without items is the last one, whatever it says: it could go on for ever.
        guard !items.isEmpty else { return .whole }
        if let pointer = pagination.hasMore {
            // XML has texts alone.
            let says = body.at(pointer)
            guard says == .bool(true) || response.isXML && says == "true" else { return .whole }
        }
        var next = PageStep(url: page.url)
        next.number = page.number + 1
        next.itemCount = page.itemCount + items.count
        switch pagination.style {
        case .cursor(let name, let pointer):
            guard let cursor = body.at(pointer)?.templateText, !cursor.isEmpty else {
                return .whole
            }
            next.parameters = [Parameter(name: name, value: cursor)]
            // A cursor that points to its own page would never end.
            guard cursor.utf8.count <= cursorByteCountMax, page.parameters != next.parameters else {
                return .broken("CURSOR_INVALID")
            }
        case .offset(let name):
            next.parameters = [Parameter(name: name, value: "\(next.itemCount)")]
        case .page(let name, let first):
            next.parameters = [Parameter(name: name, value: "\(first + next.number)")]
        case .link:
            guard let link = response.header("link").flatMap(LinkHeader.next) else { return .whole }
            let target = OutboundRequest.url(link, sameOriginAs: page.url)
            guard let target, target != page.url else { return .broken("LINK_REFUSED") }
            next.link = target
            next.url = target
        }
        return .next(next)
    }
}
