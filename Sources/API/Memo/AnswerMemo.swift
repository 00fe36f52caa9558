import HTTPWire
import Model
import Platform
import Synchronization

/// Answers to questions that are asked again and again, such as `resolved` and `explain`.
///
/// An answer of a pure route depends on the request, the credential and the state, and on nothing
/// else: as long as the ledger's position is the same, the same request gets the same answer, from
/// authentication and the PDP to the last byte of the body. So the whole evaluation is remembered,
/// its admission included, under a fingerprint of all that the client sent. A change of any object,
/// a revoked key among them, moves the position and ends everything remembered at once; so do other
/// keys of an issuer of tokens. Only time can end an admission without one, which `Entry.expiresAt` is
/// for.
///
/// Refusals are never remembered.
final class AnswerMemo: Sendable {
    /// The most answers remembered; each has one place, where a newer one takes over.
    static let answerCountMax = shardCount * placeCount
    /// The largest body remembered, in bytes; larger ones are made anew.
    static let bodyByteCountMax = 32 << 10
    /// The most bytes of all bodies together; a shard that has its part of them starts again.
    static let byteCountMax = 64 << 20
    /// The largest request body that is looked up, in bytes.
    static let requestByteCountMax = 4 << 10

    private static let shardCount = 64
    private static let placeCount = 128

    /// What was asked, and of which state.
    struct Question: Sendable, Hashable {
        let fingerprint: Fingerprint
        /// The ledger's position when the request arrived.
        let position: UInt64
        /// Changes with the keys that tokens are checked by.
        let keysGeneration: UInt64
    }

    /// One answer.
    final class Entry: Sendable {
        let question: Question
        /// When the credential ends, or the keys that a token was checked by.
        let expiresAt: Timestamp?
        /// The key that it was; nil for the bootstrap key, whose use is not noted.
        let credentialID: CredentialID?
        /// What the request got past.
        let passage: Passage
        let head: PreparedHead
        let body: [UInt8]

        init(
            question: Question,
            expiresAt: Timestamp?,
            credentialID: CredentialID?,
            passage: Passage,
            head: PreparedHead,
            body: [UInt8]
        ) {
            self.question = question
            self.expiresAt = expiresAt
            self.credentialID = credentialID
            self.passage = passage
            self.head = head
            self.body = body
        }
    }

    private struct Places {
        var entries = [Entry?](repeating: nil, count: AnswerMemo.placeCount)
        var byteCount = 0
    }

    private final class Shard: Sendable {
        let places = Mutex(Places())
    }

    private let shards = (0..<AnswerMemo.shardCount).map { _ in Shard() }

    /// What identifies a request; nil for one that is not looked up.
    ///
    /// What names the one request among its equals is left out: the answer echoes the id, and
    /// nothing else of them.
    static func fingerprint(of request: HTTPRequest) -> Fingerprint? {
        switch request.method {
        case .get where request.body.isEmpty: break
        case .post where request.body.count <= requestByteCountMax: break
        default: return nil
        }
        var maker = FingerprintMaker()
        request.forEachPart(leavingOut: namesOfOneRequest) { maker.combine($0) }
        // Who has a certificate may need no header: the same bytes are another's question.
        if let certificate = request.clientCertificate {
            maker.combine(Array(certificate.fingerprint.utf8)[...])
        }
        return maker.finalize()
    }

    private static let namesOfOneRequest = ["x-request-id", "traceparent", "tracestate"]

    /// The answer to a question; nil when there is none that still holds.
    func entry(_ question: Question, now: Timestamp) -> Entry? {
        let place = question.fingerprint.index(below: Self.answerCountMax)
        let entry = shards[place % Self.shardCount].places
            .withLock { $0.entries[place / Self.shardCount] }
        guard let entry, entry.question == question, entry.expiresAt.map({ now < $0 }) ?? true
        else { return nil }
        return entry
    }

    /// Remembers an answer, in the place of another one.
    func keep(_ entry: Entry) {
        guard entry.body.count <= Self.bodyByteCountMax else { return }
        let place = entry.question.fingerprint.index(below: Self.answerCountMax)
        shards[place % Self.shardCount].places
            .withLock { places in
                let index = place / Self.shardCount
                let freed = places.entries[index]?.body.count ?? 0
                if places.byteCount - freed + entry.body.count > Self.byteCountMax / Self.shardCount
                {
                    places = Places()
                } else {
                    places.byteCount -= freed
                }
                places.entries[index] = entry
                places.byteCount += entry.body.count
            }
    }
}
