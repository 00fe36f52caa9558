/// What a caller says of the object that it has seen (RFC 9110 section 13).
public struct Precondition: Sendable, Hashable {
    /// A list of tags, or `*`.
    public enum Tags: Sendable, Hashable {
        /// Any object.
        case any
        /// An object with one of these tags, without their quotes.
        case of(Set<String>)

        /// Whether an object of this revision is meant.
        public func match(_ revision: UInt64) -> Bool {
            switch self {
            case .any: true
            case .of(let tags): tags.contains("\(revision)")
            }
        }
    }

    /// `If-Match`.
    public let ifMatch: Tags?
    /// `If-None-Match`.
    public let ifNoneMatch: Tags?

    /// Nothing is asked.
    public static let none = Precondition(ifMatch: nil, ifNoneMatch: nil)

    /// A precondition.
    public init(ifMatch: Tags?, ifNoneMatch: Tags?) {
        self.ifMatch = ifMatch
        self.ifNoneMatch = ifNoneMatch
    }

    /// Checks a write against the object that is there; nil when there is none.
    ///
    /// - Throws: `REVISION_MISMATCH`.
    public func check(_ revision: UInt64?) throws(CommandError) {
        if let ifMatch, revision.map({ !ifMatch.match($0) }) ?? true {
            throw Self.mismatch(
                revision.map { "The object's revision is \($0), not what If-Match names." }
                    ?? "There is no object, and If-Match names one."
            )
        }
        if let ifNoneMatch, let revision, ifNoneMatch.match(revision) {
            throw Self.mismatch("The object exists, in revision \(revision).")
        }
    }

    private static func mismatch(_ detail: String) -> CommandError {
        CommandError(.preconditionFailed, "REVISION_MISMATCH", detail)
    }
}
