public import JSON

/// How a list that a provider answers in pages is read on.
public struct Pagination: Sendable, Hashable {
    /// Where the next page is found.
    public enum Style: Sendable, Hashable {
        /// A query parameter takes what the page names; absent, null and empty mean the end.
        case cursor(parameter: String, next: JSONPointer)
        /// A query parameter counts the items read so far.
        case offset(parameter: String)
        /// A query parameter counts the pages, from `first`.
        case page(parameter: String, first: Int)
        /// The answer's `Link` header names it (RFC 8288), with the relation `next`.
        case link
    }

    /// Where the next page is found.
    public let style: Style
    /// Where the items stand in a page.
    public let items: JSONPointer
    /// Where the page says whether more follow; nil where its items or its cursor say so.
    public let hasMore: JSONPointer?

    private enum StyleName: String, CaseIterable {
        case cursor
        case offset
        case page
        case link
    }

    private static let members: Set<String> = [
        "style", "items", "parameter", "next", "first", "hasMore",
    ]

    /// Reads the member `pagination`; nil when absent.
    static func read(_ reader: ObjectReader, isSafe: Bool) -> Pagination? {
        guard let pages = reader.nested("pagination", members: members) else { return nil }
        if !isSafe {
            let detail = "belongs to operations that are safe: a page may be asked for again"
            reader.error(.invalidValue, "pagination", detail)
        }
        pages.require("style")
        pages.require("items")
        guard let name = pages.choice("style", StyleName.self), let items = pages.pointer("items"),
            let style = style(name, pages)
        else { return nil }
        return Pagination(style: style, items: items, hasMore: pages.pointer("hasMore"))
    }

    private static func style(_ name: StyleName, _ reader: ObjectReader) -> Style? {
        let parameter = reader.string("parameter", byteCountMax: 128)
        if name == .link {
            if parameter != nil {
                reader.error(.invalidValue, "parameter", "the header Link has no parameter")
            }
            return .link
        }
        reader.require("parameter")
        guard let parameter else { return nil }
        switch name {
        case .cursor:
            reader.require("next")
            return reader.pointer("next").map { .cursor(parameter: parameter, next: $0) }
        case .offset: return .offset(parameter: parameter)
        case .page:
            let first = reader.integer("first", in: 0...1)
            return .page(parameter: parameter, first: first ?? 1)
        case .link: return .link
        }
    }
}
