import JSON
public import Model
public import Outbound
import Platform

/// Finds out whom a bearer token stands for: the issuers of the settings, their keys, and the tokens
/// that were checked before.
///
/// A token is checked at once. When its issuer's keys have to be read first, the caller is told so
/// and waits wherever it may; an event loop never does.
public final class TokenVerifier: Sendable {
    /// What became of a token.
    public enum Outcome: Sendable {
        /// It stands for this.
        case granted(TokenAdmission)
        /// Keys have to be read before that can be said.
        case needsKeys(PendingKeys)
        /// It stands for nobody.
        case refused(TokenRefusal)
    }

    struct Source {
        let issuer: TokenIssuer
        let ring: KeyRing
    }

    private let sources: [Source]
    private let places: [String: Int]
    private let verified = VerifiedTokens()
    private let now: @Sendable () -> MonotonicInstant

    /// A verifier that has read no keys yet.
    ///
    /// - Parameters:
    ///   - issuers: The issuers, each `iss` once.
    ///   - client: What fetches keys at URLs.
    ///   - tell: Is told of an issuer's keys, by its name.
    public convenience init(
        _ issuers: [TokenIssuer],
        client: OutboundClient?,
        tell: @escaping @Sendable (String, KeyEvent) -> Void = { _, _ in }
    ) {
        self.init(
            issuers,
            now: { MonotonicClock.now },
            tell: tell,
            source: { Self.source($0, client) }
        )
    }

    private static func source(_ issuer: TokenIssuer, _ client: OutboundClient?) -> any KeySource {
        switch issuer.keys {
        case .file(let path): return FileKeySource(path)
        case .url(let url):
            guard let client else { preconditionFailure("a client fetches what is at a URL") }
            return URLKeySource(url, every: issuer.refresh, by: client)
        }
    }

    init(
        _ issuers: [TokenIssuer],
        now: @escaping @Sendable () -> MonotonicInstant,
        tell: @escaping @Sendable (String, KeyEvent) -> Void,
        source: (TokenIssuer) -> any KeySource
    ) {
        precondition(issuers.count <= TokenIssuer.countMax, "a bounded number of issuers")
        self.now = now
        sources = issuers.map { issuer in
            let name = issuer.name
            let ring = KeyRing(
                source(issuer),
                staleMax: issuer.staleMax,
                now: now,
                tell: { tell(name, $0) }
            )
            return Source(issuer: issuer, ring: ring)
        }
        places = Dictionary(
            issuers.enumerated().map { ($1.name, $0) },
            uniquingKeysWith: { first, _ in first }
        )
    }

    /// Checks a token.
    ///
    /// - Parameters:
    ///   - text: The token.
    ///   - time: The time.
    ///   - mayWait: Whether the caller can wait for keys; who has waited can't again.
    /// - Returns: Whom it stands for, or why for nobody.
    public func check(_ text: String, at time: Timestamp, mayWait: Bool) -> Outcome {
        let bytes = Array(text.utf8)
        guard bytes.count <= CompactToken.byteCountMax else {
            return .refused(TokenRefusal(defect: .tooLarge))
        }
        let digest = verified.digest(of: bytes)
        if let entry = verified.entry(digest), let admission = admission(entry, at: time) {
            return .granted(admission)
        }
        let token: CompactToken
        do throws(TokenDefect) {
            token = try CompactToken(text)
        } catch {
            return .refused(TokenRefusal(defect: error))
        }
        guard let place = token.claims["iss"]?.string.flatMap({ places[$0] }) else {
            return .refused(TokenRefusal(defect: .unknownIssuer))
        }
        return check(token, digest, place, at: time, mayWait: mayWait)
    }

    private func check(
        _ token: CompactToken,
        _ digest: [UInt8],
        _ place: Int,
        at time: Timestamp,
        mayWait: Bool
    ) -> Outcome {
        let source = sources[place]
        let held = source.ring.held
        do throws(TokenDefect) {
            _ = try TokenCheck.algorithm(token, source.issuer)
            guard let held else { throw .keysUnavailable }
            let grant = try TokenCheck.grant(token, source.issuer, held.set, now: time)
            let entry = VerifiedTokens.Entry(
                digest: digest,
                grant: grant,
                issuer: place,
                generation: held.generation
            )
            verified.keep(entry)
            return .granted(TokenAdmission(grant, until: until(held, grant, time)))
        } catch {
            if mayWait, needsKeys(token, error), let reading = source.ring.readForWaiter() {
                return .needsKeys(PendingKeys(ring: source.ring, reading: reading))
            }
            return .refused(refusal(error, token, source, held))
        }
    }

    /// Whether keys that are not known yet could make another answer of it.
    private func needsKeys(_ token: CompactToken, _ defect: TokenDefect) -> Bool {
        switch defect {
        case .keysUnavailable, .unknownKey: true
        // Without a name there is no telling whether it is a new key's.
        case .badSignature: token.keyID == nil
        default: false
        }
    }

    private func refusal(
        _ defect: TokenDefect,
        _ token: CompactToken,
        _ source: Source,
        _ held: KeyRing.Held?
    ) -> TokenRefusal {
        // Names that a stranger invents are one name, so that they don't crowd out the real ones.
        let id = token.keyID.flatMap { id in
            held?.set.keys.contains { $0.id == id } ?? false ? id : nil
        }
        return TokenRefusal(defect: defect, issuer: source.issuer.name, keyID: id)
    }

    /// What a token that was checked before still stands for; nil when it has to be checked anew.
    private func admission(_ entry: VerifiedTokens.Entry, at time: Timestamp) -> TokenAdmission? {
        guard time < entry.grant.origin.end, let held = sources[entry.issuer].ring.held,
            held.generation == entry.generation
        else { return nil }
        return TokenAdmission(entry.grant, until: until(held, entry.grant, time))
    }

    private func until(
        _ held: KeyRing.Held,
        _ grant: TokenGrant,
        _ time: Timestamp
    ) -> Timestamp {
        min(grant.origin.end, time + (held.until - now()))
    }
}

extension TokenVerifier {
    /// A number that changes when the keys of an issuer do.
    public var generation: UInt64 { sources.reduce(0) { $0 &+ $1.ring.generation } }

    /// Whether a token that was let in would still be, as far as its end and its key go.
    public func isStillGood(_ origin: TokenGrant.Origin, at time: Timestamp) -> Bool {
        guard time < origin.end, let place = places[origin.issuer] else { return false }
        return sources[place].ring.held?.set.contains(origin.key) ?? false
    }

    /// Reads the keys of all issuers once.
    ///
    /// - Returns: Why those of an issuer with a file could not be read, by its name; keys at a URL may
    ///   come later.
    public func readKeys() async -> [(issuer: String, detail: String)] {
        await withTaskGroup { group in
            for source in sources { group.addTask { await source.ring.read() } }
        }
        return sources.compactMap { source in
            guard case .file = source.issuer.keys, let failure = source.ring.failure else {
                return nil
            }
            return (source.issuer.name, failure)
        }
    }

    /// Reads the keys again and again, until the task is cancelled.
    public func keepKeys() async {
        await withTaskGroup { group in
            for source in sources { group.addTask { await source.ring.keepReading() } }
        }
    }

    /// The figures of the issuers' keys, in the order of the settings.
    public var figures: [(issuer: String, keys: KeyFigures)] {
        sources.map { ($0.issuer.name, $0.ring.figures) }
    }
}

/// That a token is good, and for how long what is made of it may be kept.
public struct TokenAdmission: Sendable {
    /// What it lets its bearer do.
    public let grant: TokenGrant
    /// Until when that can be repeated without asking again, as long as the keys are the same.
    public let until: Timestamp

    init(_ grant: TokenGrant, until: Timestamp) { (self.grant, self.until) = (grant, until) }
}

/// That a token stands for nobody.
public struct TokenRefusal: Sendable, Hashable {
    /// Why.
    public let defect: TokenDefect
    /// Its issuer, when it is one of the settings.
    public var issuer: String?
    /// The name of its key, when it is one of the issuer's.
    public var keyID: String?
}

/// Keys that are read while requests wait for them.
public struct PendingKeys: Sendable {
    let ring: KeyRing
    let reading: Task<Void, Never>

    /// Waits until they have been read, or could not be; must be called once.
    public func read() async { await ring.wait(for: reading) }
}
