/// A dictionary in shards, so that changing one entry of a shared copy copies one shard.
///
/// A value: whoever holds a copy sees what it saw when the copy was made. While a table has one owner
/// (when the log is replayed) it is changed in place.
///
/// - Complexity: Reading is O(1). Writing to a shared copy is O(entries / 256 + 256).
public struct ShardedTable<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private static var shardCount: Int { 256 }

    /// Immutable while more than one table refers to it.
    private final class Shard: Sendable {
        let entries: [Key: Value]
        init(_ entries: [Key: Value]) { self.entries = entries }
    }

    private var shards: [Shard?]
    /// The number of entries.
    public private(set) var count = 0

    /// An empty table.
    public init() { shards = Array(repeating: nil, count: Self.shardCount) }

    private static func index(of key: Key) -> Int {
        // The hash is seeded for each process; nothing outside of it depends on the order.
        Int(UInt(bitPattern: key.hashValue) % UInt(shardCount))
    }

    /// The value of `key`; nil when there is none.
    public subscript(key: Key) -> Value? { shards[Self.index(of: key)]?.entries[key] }

    /// Sets or, with nil, removes the value of `key`.
    public mutating func set(_ key: Key, _ value: Value?) {
        let index = Self.index(of: key)
        var entries = shards[index]?.entries ?? [:]
        shards[index] = nil
        let countBefore = entries.count
        entries[key] = value
        count += entries.count - countBefore
        shards[index] = entries.isEmpty ? nil : Shard(entries)
    }

    /// Calls `body` with every entry, in no particular order.
    public func visit<Failure: Error>(
        _ body: (Key, Value) throws(Failure) -> Void
    ) throws(Failure) {
        for shard in shards {
            for (key, value) in shard?.entries ?? [:] { try body(key, value) }
        }
    }

    /// The keys, in no particular order.
    public var keys: [Key] {
        var keys: [Key] = []
        keys.reserveCapacity(count)
        for shard in shards { keys += (shard?.entries ?? [:]).keys }
        return keys
    }
}
