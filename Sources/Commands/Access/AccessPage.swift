import JSON
import Model
import Platform

/// Which part of a search is asked for (AuthZEN section 8.2).
///
/// A token carries the limit of its first page and a digest of the question, so that it leads on in
/// the same search only; it is a place, and no right to anything.
struct AccessPage: Sendable, Hashable {
    /// The results of a page when nothing is said.
    static let limitDefault = 50
    /// The most results of a page; who asks for more gets pages of this size.
    static let limitMax = 500
    /// The longest token, in bytes.
    static let tokenByteCountMax = 8192

    /// The most results wanted; 0 asks whether the question is well formed, and nothing else.
    let limit: Int
    /// The parts of the key after which the page starts; nil for the first page.
    let after: [String]?
    private let digest: String

    /// Reads the member `page` of a request; `question` is all that must be the same from page to
    /// page.
    init(_ object: JSONObject, of question: JSONValue) throws(AccessDefect) {
        let place = JSONPointer.root.appending("page")
        let page = try AccessDefect.properties(object, "page", at: .root)
        digest = Hex.encode(Array(Digest.sha256(question.canonical()).prefix(12)))
        let limit = try Self.limit(page, place)
        guard let json = page["token"] else {
            self.limit = limit ?? Self.limitDefault
            self.after = nil
            return
        }
        let tokenPlace = place.appending("token")
        guard let text = json.string else {
            throw AccessDefect.wrongType(json, at: tokenPlace, "a string")
        }
        guard let token = Self.parts(of: text) else {
            throw AccessDefect(.invalidValue, at: tokenPlace, "is none that a search gave")
        }
        guard token.digest == digest, limit == nil || limit == token.limit else {
            let detail = "leads on in another search: send what the first page was asked with"
            throw AccessDefect(.invalidValue, at: tokenPlace, detail)
        }
        self.limit = token.limit
        self.after = token.after
    }

    private static func limit(
        _ page: JSONObject,
        _ place: JSONPointer
    ) throws(AccessDefect) -> Int? {
        guard let json = page["limit"] else { return nil }
        guard let limit = json.integer, limit >= 0 else {
            let detail = "must be an integer of at least 0"
            throw AccessDefect(.invalidValue, at: place.appending("limit"), detail)
        }
        return Int(min(limit, Int64(limitMax)))
    }

    /// The token that leads behind a key.
    func token(after key: [String]) -> String {
        let json: JSONValue = [
            .integer(Int64(limit)), .string(digest), .array(key.map { .string($0) }),
        ]
        let bytes = json.serialized()
        let sum = Checksum.crc32c(bytes.span)
        let head = (0..<4).map { UInt8(truncatingIfNeeded: sum >> (8 * $0)) }
        return Base64.encode(head + bytes, as: .url)
    }

    private static func parts(
        of token: String
    ) -> (limit: Int, digest: String, after: [String])? {
        guard token.utf8.count <= tokenByteCountMax,
            let bytes = Base64.decode(token, as: .url), bytes.count > 4
        else { return nil }
        let text = Array(bytes.dropFirst(4))
        let sum = Checksum.crc32c(text.span)
        guard
            bytes.prefix(4)
                .elementsEqual((0..<4).map { UInt8(truncatingIfNeeded: sum >> (8 * $0)) }),
            let parts = parsed(text)?.array, parts.count == 3,
            let limit = parts[0].integer, (1...Int64(limitMax)).contains(limit),
            let digest = parts[1].string, let after = parts[2].array
        else { return nil }
        let key = after.compactMap(\.string)
        return key.count == after.count && !key.isEmpty ? (Int(limit), digest, key) : nil
    }

    private static func parsed(_ bytes: [UInt8]) -> JSONValue? {
        do {
            return try JSONValue(parsing: bytes, limits: JSONLimits(depthMax: 2, valueCountMax: 16))
        } catch {
            // Not a token: the one thing that the caller is told.
            return nil
        }
    }
}

/// The results of a page as they are found, and where the next one starts.
struct AccessResults {
    /// The most steps of one page, in steps of one byte compared: about 0.1 seconds.
    ///
    /// A page that took as many ends early, and the next one goes on behind it.
    static let stepCountMax = 30_000_000

    private let page: AccessPage
    private let stepCountMax: Int
    private var results: [JSONValue] = []
    private var lastKey: [String]?
    private var nextToken: String?

    init(_ page: AccessPage, stepCountMax: Int = AccessResults.stepCountMax) {
        self.page = page
        self.stepCountMax = stepCountMax
    }

    /// Whether a key was on an earlier page; keys come sorted.
    func isPassed(_ key: [String]) -> Bool {
        guard let after = page.after else { return false }
        return !after.lexicographicallyPrecedes(key)
    }

    /// Whether another candidate is to be looked at when the page has cost so many steps; the first
    /// one always is.
    mutating func continues(_ stepCount: Int) -> Bool {
        guard page.limit > 0, nextToken == nil else { return false }
        guard let lastKey, stepCount >= stepCountMax else { return true }
        nextToken = page.token(after: lastKey)
        return false
    }

    /// Notes a candidate that is a result.
    ///
    /// The first one that has no room says that there is a next page.
    mutating func add(_ key: [String], _ result: JSONValue) {
        if let lastKey, results.count == page.limit {
            nextToken = page.token(after: lastKey)
            return
        }
        lastKey = key
        results.append(result)
    }

    /// Notes a candidate, which is a result or none.
    mutating func add(_ key: [String], _ result: JSONValue, if isResult: Bool) {
        if isResult {
            add(key, result)
        } else {
            skip(key)
        }
    }

    /// Notes a candidate that is none.
    mutating func skip(_ key: [String]) { lastKey = key }

    /// The answer (section 8.3).
    func answer(revision: UInt64) -> CommandAnswer {
        CommandAnswer(
            body: .json([
                "results": .array(results),
                "page": [
                    "next_token": .string(nextToken ?? ""),
                    "count": .integer(Int64(results.count)),
                ],
            ]),
            revision: revision
        )
    }
}
