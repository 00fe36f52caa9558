public import JSON

/// What a command answers.
public struct CommandAnswer: Sendable {
    /// What happened.
    public enum Kind: Sendable, Hashable {
        /// It was done, or read.
        case done
        /// An object was made.
        case created
        /// It was done and there is nothing to show.
        case nothing
    }

    /// The body of the answer.
    public enum Body: Sendable {
        case none
        case json(JSONValue)
        /// Bytes of a media type, ready to send.
        case bytes([UInt8], mediaType: String)
        /// Written piece by piece, as fast as the client reads.
        case stream(AnswerStream)
    }

    /// What happened.
    public var kind: Kind
    /// The body.
    public var body: Body
    /// The store's revision at which it was computed.
    public var revision: UInt64
    /// The object's own revision; nil for what has none.
    public var entityRevision: UInt64?
    /// The path of an object that was made.
    public var location: String?
    /// Where the next page starts; nil on the last one and for what is no list.
    public var nextCursor: String?
    /// Header fields of this answer alone, by their names.
    public var fields: [(name: String, value: String)] = []
    /// Decisions that are written to the trail before the answer goes out; nil where none is
    /// written, so that the answer can be repeated without being made anew.
    public var decisions: LoggedDecisions?

    /// An answer.
    public init(
        _ kind: Kind = .done,
        body: Body,
        revision: UInt64,
        entityRevision: UInt64? = nil,
        location: String? = nil,
        nextCursor: String? = nil
    ) {
        self.kind = kind
        self.body = body
        self.revision = revision
        self.entityRevision = entityRevision
        self.location = location
        self.nextCursor = nextCursor
    }
}
