import Platform

/// A bearer token (RFC 6750) and how long it is good for.
struct AccessToken: Sendable {
    /// The largest token, in bytes: what a header carries with all the others.
    static let byteCountMax = 16 * 1024
    /// How long before its end a token is renewed, at most; a third of a shorter life.
    static let marginMax = Duration.seconds(60)
    /// How long before its end a token is not sent any more, at most; a tenth of a shorter life.
    static let skewMax = Duration.seconds(5)
    /// The longest life that a server is believed.
    static let lifetimeMax = Duration.seconds(366 * 86_400)
    /// The life of a token of which the server says nothing.
    static let lifetimeDefault = Duration.seconds(300)

    /// The token, wiped when nobody holds it any more.
    let bytes: SecretBytes
    /// From when on a newer one is asked for.
    let renewAt: MonotonicInstant
    /// From when on it is not sent.
    let expiresAt: MonotonicInstant

    /// A token that is good for `lifetime` from `now` on; nil for one of which only its refusal tells
    /// the end.
    init(_ bytes: SecretBytes, lifetime: Duration?, now: MonotonicInstant) {
        self.bytes = bytes
        guard let lifetime = lifetime.map({ min($0, Self.lifetimeMax) }) else {
            renewAt = .never
            expiresAt = .never
            return
        }
        renewAt = now + (lifetime - min(Self.marginMax, lifetime / 3))
        expiresAt = now + (lifetime - min(Self.skewMax, lifetime / 10))
    }

    /// Whether it may be sent.
    func isUsable(_ now: MonotonicInstant) -> Bool { now < expiresAt }

    /// Whether it need not be renewed yet.
    func isFresh(_ now: MonotonicInstant) -> Bool { now < renewAt }

    /// Whether it is that very token, not one like it.
    func isSame(as other: AccessToken) -> Bool { bytes === other.bytes }

    /// Whether it would be sent as the same text.
    func hasSameText(as other: AccessToken) -> Bool {
        bytes.withText { own in other.bytes.withText { $0 == own } }
    }

    /// Whether a text may be a token: what a header carries, without spaces (RFC 6749 appendix A.12).
    static func isToken(_ text: String) -> Bool {
        (1...byteCountMax).contains(text.utf8.count)
            && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }
}
