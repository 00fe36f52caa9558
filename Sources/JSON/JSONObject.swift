/// The members of a JSON object in the order written, each key once.
///
/// A small object is searched in a row; from `indexedFrom` members on a dictionary finds the key,
/// so that a hostile body cannot make lookups quadratic.
public struct JSONObject: Sendable {
    /// The number of members from which an index is kept.
    static let indexedFrom = 32

    /// One member.
    public struct Member: Sendable, Hashable {
        /// The name.
        public let key: String
        /// The value.
        public var value: JSONValue
    }

    /// The members, in the order written.
    public private(set) var members: [Member] = []
    private var index: [String: Int] = [:]

    /// An object without members.
    public init() {}

    /// The members given; of a key given twice the last value stays, in the first one's place.
    public init(_ members: some Sequence<(String, JSONValue)>) {
        self.members.reserveCapacity(members.underestimatedCount)
        for (key, value) in members { self[key] = value }
    }

    /// The number of members.
    public var count: Int { members.count }
    /// Whether there is no member.
    public var isEmpty: Bool { members.isEmpty }
    /// The keys, in the order written.
    public var keys: [String] { members.map(\.key) }

    /// The value of `key`; setting nil removes the member, setting a new key appends it.
    public subscript(key: String) -> JSONValue? {
        get { position(of: key).map { members[$0].value } }
        set {
            switch (position(of: key), newValue) {
            case (let at?, let value?): members[at].value = value
            case (let at?, nil): remove(at: at)
            case (nil, let value?): append(Member(key: key, value: value))
            case (nil, nil): break
            }
        }
    }

    /// Appends a member unless its key is there already; answers whether it was appended.
    mutating func appendUnique(_ key: String, _ value: JSONValue) -> Bool {
        guard position(of: key) == nil else { return false }
        append(Member(key: key, value: value))
        return true
    }

    /// Whether there is a member named `key`.
    public func contains(_ key: String) -> Bool { position(of: key) != nil }

    private func position(of key: String) -> Int? {
        guard index.isEmpty else { return index[key] }
        return members.firstIndex { $0.key == key }
    }

    private mutating func append(_ member: Member) {
        members.append(member)
        if !index.isEmpty {
            index[member.key] = members.count - 1
        } else if members.count == Self.indexedFrom {
            rebuildIndex()
        }
    }

    private mutating func remove(at position: Int) {
        members.remove(at: position)
        if !index.isEmpty { rebuildIndex() }
    }

    private mutating func rebuildIndex() {
        index = [:]
        guard members.count >= Self.indexedFrom else { return }
        index.reserveCapacity(members.count)
        for (position, member) in members.enumerated() { index[member.key] = position }
    }
}

extension JSONObject: Sequence {
    /// Walks the members in the order written.
    public func makeIterator() -> IndexingIterator<[Member]> { members.makeIterator() }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    /// The members written; of a key given twice the last value stays.
    public init(dictionaryLiteral elements: (String, JSONValue)...) { self.init(elements) }
}

extension JSONObject: Hashable {
    /// Objects are equal when they have the same members, in any order (RFC 8259 section 4).
    public static func == (left: JSONObject, right: JSONObject) -> Bool {
        guard left.count == right.count else { return false }
        return left.members.allSatisfy { right[$0.key] == $0.value }
    }

    /// Hashes the members whatever their order.
    public func hash(into hasher: inout Hasher) {
        var sum = 0
        for member in members { sum ^= member.hashValue }
        hasher.combine(sum)
    }
}
