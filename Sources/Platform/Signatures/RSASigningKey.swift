import CShims

/// A private key of RSA, which signs.
@safe public final class RSASigningKey: @unchecked Sendable {
    // Unchecked because of the pointer alone: OpenSSL counts its references, and nothing here
    // changes the key.
    private let pointer: OpaquePointer

    /// The most bytes of a key's text: 8192 bits of RSA take 6,400.
    public static let textByteCountMax = 16_384

    /// A key from its text, PEM (RFC 7468) of PKCS #8 or PKCS #1; nil when it is none, is kept under a
    /// pass phrase, or is of a size that `SignatureKey.modulusBitCounts` leaves out.
    public init?(pem text: Span<UInt8>) {
        guard text.count <= Self.textByteCountMax,
            let key = unsafe text.withUnsafeBufferPointer({ unsafe Self.read($0) })
        else { return nil }
        guard unsafe EVP_PKEY_is_a(key, "RSA") == 1,
            unsafe SignatureKey.modulusBitCounts.contains(Int(EVP_PKEY_get_bits(key)))
        else {
            unsafe EVP_PKEY_free(key)
            return nil
        }
        unsafe pointer = unsafe key
    }

    deinit { unsafe EVP_PKEY_free(pointer) }

    private static func read(_ text: UnsafeBufferPointer<UInt8>) -> OpaquePointer? {
        guard let buffer = unsafe BIO_new_mem_buf(text.baseAddress, Int32(text.count)) else {
            preconditionFailure("there is memory to read a key")
        }
        defer {
            unsafe BIO_free(buffer)
            // What is no key leaves an error behind.
            TLSErrorQueue.clear()
        }
        // Without a callback OpenSSL would ask for a pass phrase on the terminal.
        return unsafe PEM_read_bio_PrivateKey(buffer, nil, { _, _, _, _ in -1 }, nil)
    }

    /// The signature RS256 of the message (RFC 7518 section 3.3); nil when the key's numbers do not
    /// belong together, which only shows when it signs.
    public func rs256(_ message: [UInt8]) -> [UInt8]? {
        guard let context = unsafe EVP_MD_CTX_new() else {
            preconditionFailure("there is memory to sign")
        }
        defer {
            unsafe EVP_MD_CTX_free(context)
            TLSErrorQueue.clear()
        }
        var signature = [UInt8](repeating: 0, count: Int(unsafe EVP_PKEY_get_size(pointer)))
        var count = signature.count
        let isSigned =
            unsafe EVP_DigestSignInit_ex(context, nil, "SHA256", nil, nil, pointer, nil) == 1
            && EVP_DigestSign(context, &signature, &count, message, message.count) == 1
        return isSigned ? Array(signature.prefix(count)) : nil
    }
}
