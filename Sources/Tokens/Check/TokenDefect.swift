/// Why a token stands for nobody.
///
/// For the operator: the raw value is a label of `/metrics`. The client is told the same of each, so
/// that nobody learns how near a forgery came.
public enum TokenDefect: String, Error, Sendable, Hashable, CaseIterable {
    /// It is longer than any token that is read.
    case tooLarge
    /// It is not three parts of base64url that hold what they have to hold.
    case malformed
    /// Its header asks for what is not understood: `crit` or `b64`.
    case critical
    /// It is of another kind, as its `typ` says.
    case wrongType
    /// No issuer of the settings has its `iss`.
    case unknownIssuer
    /// Its `alg` is not one that its issuer signs by.
    case algorithmNotAllowed
    /// Its issuer has no key that it names, or none of its algorithm.
    case unknownKey
    /// Its issuer's keys have not been read, or not for too long.
    case keysUnavailable
    /// No key of its issuer has signed it.
    case badSignature
    /// It is for somebody else.
    case wrongAudience
    /// It has no `exp`.
    case noExpiry
    /// It has ended.
    case expired
    /// It has not begun.
    case notYetValid
    /// It was issued in the future.
    case issuedInFuture
    /// It is good for longer than its issuer's tokens may be.
    case livesTooLong
    /// It has no `sub`, or one that is no plain text.
    case noSubject
    /// It names no tenant, and its issuer speaks for no other.
    case noTenant
}
