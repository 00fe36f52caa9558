import CShims

/// A SHA-256 digest of bytes that come in pieces.
///
/// The digest is the same however the bytes are cut.
@safe public struct DigestStream: ~Copyable {
    private let context: OpaquePointer

    /// A digest of no bytes yet.
    public init() {
        guard let context = unsafe EVP_MD_CTX_new() else {
            preconditionFailure("OpenSSL has memory for a digest")
        }
        unsafe self.context = unsafe context
        let status = unsafe EVP_DigestInit_ex2(context, Digest.sha256Algorithm, nil)
        precondition(status == 1, "a SHA-256 digest can begin")
    }

    deinit { unsafe EVP_MD_CTX_free(context) }

    /// Adds bytes at the end.
    public mutating func update(_ bytes: [UInt8]) {
        let status = unsafe EVP_DigestUpdate(context, bytes, bytes.count)
        precondition(status == 1, "SHA-256 of memory cannot fail")
    }

    /// The digest of all bytes added; 32 bytes.
    public consuming func finish() -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: Digest.byteCount)
        let status = unsafe EVP_DigestFinal_ex(context, &digest, nil)
        precondition(status == 1, "SHA-256 of memory cannot fail")
        return digest
    }
}
