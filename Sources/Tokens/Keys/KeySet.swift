import JSON
import Platform

/// The public keys of an issuer (RFC 7517 section 5).
///
/// What in it is not a key for signatures that are spoken here is left out, as the RFC asks.
struct KeySet: Sendable {
    /// The largest set that is read, in bytes.
    static let byteCountMax = 256 << 10
    /// The most keys of a set.
    static let keyCountMax = 100
    /// The most keys that are tried for one token.
    static let candidateCountMax = 8

    /// Why a text is no set of keys; a sentence for the operator that repeats nothing of the text.
    struct Defect: Error, Hashable {
        let detail: String
    }

    /// The keys that are used.
    let keys: [WebKey]
    /// How many were left out.
    let leftOutCount: Int
    /// How many of those hold what only the signer should have.
    let privateCount: Int

    /// Reads a set.
    init(_ bytes: [UInt8]) throws(Defect) {
        guard bytes.count <= Self.byteCountMax else {
            throw Defect(detail: "has more than \(Self.byteCountMax) bytes")
        }
        let json: JSONValue
        do throws(JSONError) {
            json = try JSONValue(parsing: bytes, limits: Self.limits)
        } catch {
            throw Defect(detail: "is no JSON: byte \(error.offset)")
        }
        guard let items = json["keys"]?.array else {
            throw Defect(detail: "is no set of keys: it has no array keys")
        }
        guard items.count <= Self.keyCountMax else {
            throw Defect(detail: "has more than \(Self.keyCountMax) keys")
        }
        var keys: [WebKey] = []
        var privateCount = 0
        for item in items {
            do throws(WebKey.Defect) {
                keys.append(try WebKey(item))
            } catch {
                if error == .isPrivate { privateCount += 1 }
            }
        }
        self.keys = keys
        self.leftOutCount = items.count - keys.count
        self.privateCount = privateCount
    }

    private static let limits = JSONLimits(depthMax: 8, valueCountMax: 10_000)

    /// The keys that may have signed a token: those of its `kid`, or, when it names none, all of its
    /// algorithm, as far as they are tried.
    func candidates(_ id: String?, _ algorithm: SignatureAlgorithm) -> [WebKey] {
        let candidates = keys.lazy.filter {
            $0.key.algorithm == algorithm && (id == nil || $0.id == id)
        }
        return Array(candidates.prefix(Self.candidateCountMax))
    }

    /// Whether the key is in it.
    func contains(_ identity: WebKey.Identity) -> Bool {
        keys.contains { $0.identity == identity }
    }
}
