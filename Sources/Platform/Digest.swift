import CShims

/// SHA-256 and HMAC-SHA-256 by OpenSSL 3 (FIPS 180-4, RFC 2104).
public enum Digest {
    /// The length of a SHA-256 digest, in bytes.
    public static let byteCount = 32

    // An algorithm is fetched once: OpenSSL 3 otherwise looks it up by name at every call, which
    // costs more than hashing a small message. Fetched algorithms are immutable and never freed, so
    // that threads may share them.
    nonisolated(unsafe) static let sha256Algorithm: OpaquePointer = {
        guard let algorithm = unsafe EVP_MD_fetch(nil, "SHA256", nil) else {
            preconditionFailure("OpenSSL has SHA-256")
        }
        return unsafe algorithm
    }()

    /// The SHA-256 digest of `bytes`; 32 bytes.
    public static func sha256(_ bytes: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: byteCount)
        let status = unsafe EVP_Digest(bytes, bytes.count, &digest, nil, sha256Algorithm, nil)
        precondition(status == 1, "SHA-256 of memory cannot fail")
        return digest
    }

    /// The SHA-256 digest of the UTF-8 bytes of `text`; 32 bytes.
    public static func sha256(_ text: String) -> [UInt8] { sha256(Array(text.utf8)) }
}
