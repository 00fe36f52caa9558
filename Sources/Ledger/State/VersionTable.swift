public import Model

/// The versions of a line by their numbers, in pages: a change of one copies a page, not all.
///
/// Which are published and which in preview is kept beside them, since every question asks that.
public struct VersionTable: Sendable {
    /// Numbers of one page.
    private static let pageSize = 64

    private var pages: [Int: [Int: Stored<ConfigVersion>]] = [:]
    /// The number of versions.
    public private(set) var count = 0
    /// Those that are published: one, but for a moment within an entry.
    private(set) var published: Set<Int> = []
    /// Those that are in preview.
    private(set) var previews: Set<Int> = []
    /// The number of drafts.
    private(set) var draftCount = 0

    /// A table without versions.
    init() {}

    /// Whether there are none.
    public var isEmpty: Bool { count == 0 }

    /// The versions, in no particular order.
    public var values: [Stored<ConfigVersion>] { pages.values.flatMap(\.values) }

    /// The version of the number; nil when there is none.
    ///
    /// - Complexity: O(1) to read; to write, O(page + pages) of a table that is shared.
    public internal(set) subscript(number: Int) -> Stored<ConfigVersion>? {
        get { pages[number / Self.pageSize]?[number] }
        set {
            // Out of the table first: an only owner changes the page in place.
            var page = pages.removeValue(forKey: number / Self.pageSize) ?? [:]
            if let old = page[number] { note(old.value, isThere: false) }
            page[number] = newValue
            if let newValue { note(newValue.value, isThere: true) }
            if !page.isEmpty { pages[number / Self.pageSize] = page }
        }
    }

    private mutating func note(_ version: ConfigVersion, isThere: Bool) {
        count += isThere ? 1 : -1
        switch version.status {
        case .draft: draftCount += isThere ? 1 : -1
        case .preview: Self.note(version.number, isThere, in: &previews)
        case .published: Self.note(version.number, isThere, in: &published)
        case .superseded, .archived: break
        }
    }

    private static func note(_ number: Int, _ isThere: Bool, in numbers: inout Set<Int>) {
        if isThere { numbers.insert(number) } else { numbers.remove(number) }
    }
}
