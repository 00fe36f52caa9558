import Model
import Platform
import Synchronization

/// Tokens that were checked a short time ago, so that a signature is verified once and not at every
/// request.
///
/// They are found by an HMAC of the whole token under a secret of the process: the tokens
/// themselves are not kept, and nobody can make two that are one here.
final class VerifiedTokens: Sendable {
    /// The most tokens remembered; each has one place, where a newer one takes over.
    static let countMax = shardCount * placeCount

    private static let shardCount = 16
    private static let placeCount = 512

    /// What is remembered of a token.
    struct Entry: Sendable {
        let digest: [UInt8]
        let grant: TokenGrant
        let issuer: Int
        /// The generation of its issuer's keys that it was checked by.
        let generation: UInt64
    }

    private final class Shard: Sendable {
        let places = Mutex([Entry?](repeating: nil, count: VerifiedTokens.placeCount))
    }

    private let secret = Random.bytes(count: 32)
    private let shards = (0..<VerifiedTokens.shardCount).map { _ in Shard() }

    /// What a token is remembered under.
    func digest(of token: [UInt8]) -> [UInt8] { Digest.hmacSHA256(token, key: secret) }

    /// What is remembered of the token.
    func entry(_ digest: [UInt8]) -> Entry? {
        let (shard, place) = place(digest)
        let entry = shards[shard].places.withLock { $0[place] }
        return entry?.digest == digest ? entry : nil
    }

    /// Remembers a token, in the place of another one.
    func keep(_ entry: Entry) {
        let (shard, place) = place(entry.digest)
        shards[shard].places.withLock { $0[place] = entry }
    }

    private func place(_ digest: [UInt8]) -> (shard: Int, place: Int) {
        let number = Int(digest[0]) | Int(digest[1]) << 8 | Int(digest[2]) << 16
        return (number % Self.shardCount, number / Self.shardCount % Self.placeCount)
    }
}
