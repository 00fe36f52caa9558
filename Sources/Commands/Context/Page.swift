import JSON
import Platform

/// What part of a list is asked for.
public struct PageRequest: Sendable, Hashable {
    /// The items of a page when nothing is said.
    public static let limitDefault = 50
    /// The most items of a page.
    public static let limitMax = 500
    /// The longest cursor, in bytes.
    static let cursorByteCountMax = 1024

    /// The most items wanted.
    public let limit: Int
    /// The key after which the page starts; nil for the first page.
    public let after: String?

    /// Reads the parameters `limit` and `cursor`.
    ///
    /// - Throws: `INVALID_PARAMETER`; a cursor is taken only in the form that a list gave.
    public init(limit: String?, cursor: String?) throws(CommandError) {
        if let limit {
            // Swift's own reading of a number also takes a plus sign.
            let isPlain = limit.utf8.allSatisfy { (0x30...0x39).contains($0) }
            guard isPlain, let count = Int(limit), (1...Self.limitMax).contains(count) else {
                throw .parameter("limit", "must be a number from 1 to \(Self.limitMax)")
            }
            self.limit = count
        } else {
            self.limit = Self.limitDefault
        }
        self.after = try cursor.map { (cursor) throws(CommandError) in try Self.key(of: cursor) }
    }

    /// The cursor that leads behind `key`.
    public static func cursor(after key: String) -> String {
        let bytes = Array(key.utf8)
        let sum = Checksum.crc32c(bytes.span)
        let head = (0..<4).map { UInt8(truncatingIfNeeded: sum >> (8 * $0)) }
        return Base64.encode(head + bytes, as: .url)
    }

    private static func key(of cursor: String) throws(CommandError) -> String {
        guard cursor.utf8.count <= cursorByteCountMax,
            let bytes = Base64.decode(cursor, as: .url), bytes.count >= 4
        else { throw .parameter("cursor", "is none that a list gave") }
        let key = String(decoding: bytes.dropFirst(4), as: UTF8.self)
        guard Self.cursor(after: key) == cursor else {
            throw .parameter("cursor", "is none that a list gave")
        }
        return key
    }
}

/// A part of a list.
struct Page {
    let items: [JSONValue]
    let nextCursor: String?

    /// The part of `values`, which are sorted by `key`, that was asked for.
    ///
    /// What is there from the first page to the last is listed once, whatever else comes and goes.
    static func of<Value>(
        _ values: some Sequence<Value>,
        _ request: PageRequest,
        key: (Value) -> String,
        json: (Value) -> JSONValue
    ) -> Page {
        var items: [JSONValue] = []
        var last = ""
        for value in values {
            let key = key(value)
            if let after = request.after, key <= after { continue }
            if items.count == request.limit {
                return Page(items: items, nextCursor: PageRequest.cursor(after: last))
            }
            items.append(json(value))
            last = key
        }
        return Page(items: items, nextCursor: nil)
    }

    func answer(revision: UInt64) -> CommandAnswer {
        CommandAnswer(
            body: .json([
                "items": .array(items), "nextCursor": nextCursor.map { .string($0) } ?? .null,
            ]),
            revision: revision,
            nextCursor: nextCursor
        )
    }
}
