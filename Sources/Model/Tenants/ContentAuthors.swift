/// Who wrote the content of a config's version: whoever made it, and all who have changed the draft
/// since.
///
/// It is kept with the version, so that nothing which a history forgets makes other eyes of an author.
public struct ContentAuthors: Sendable, Hashable {
    /// The most authors of one version.
    public static let countMax = 64

    /// The principals, the oldest first; none of them twice.
    public let principals: [String]

    /// Authors; those beyond the limit, which only a foreign ledger can hold, are kept.
    public init(_ principals: [String] = []) {
        var seen: Set<String> = []
        self.principals = principals.filter { seen.insert($0).inserted }
    }

    /// The authors when one more has written; nil when there are as many as may be.
    public func adding(_ principal: String) -> ContentAuthors? {
        if principals.contains(principal) { return self }
        guard principals.count < Self.countMax else { return nil }
        return ContentAuthors(principals + [principal])
    }
}
