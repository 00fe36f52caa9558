import CShims

/// AES-256-GCM (NIST SP 800-38D) by OpenSSL 3: encryption that notices every change.
public enum AESGCM {
    /// The length of a key, in bytes.
    public static let keyByteCount = 32
    /// The length of a nonce, in bytes; no two messages under one key may share one.
    public static let nonceByteCount = 12
    /// How much longer than its text a sealed text is, in bytes.
    public static let tagByteCount = 16

    // Fetched once and shared, as `Digest`'s are.
    nonisolated(unsafe) private static let cipher: OpaquePointer = {
        guard let cipher = unsafe EVP_CIPHER_fetch(nil, "AES-256-GCM", nil) else {
            preconditionFailure("OpenSSL has AES-256-GCM")
        }
        return unsafe cipher
    }()

    /// Encrypts `text`.
    ///
    /// - Parameters:
    ///   - text: What is to be kept secret.
    ///   - key: `keyByteCount` bytes.
    ///   - nonce: `nonceByteCount` bytes.
    ///   - associated: What is not secret, but has to be the same when the text is opened.
    /// - Returns: The encrypted text, and behind it the tag.
    public static func seal(
        _ text: SecretBytes,
        key: SecretBytes,
        nonce: [UInt8],
        associated: [UInt8]
    ) -> [UInt8] {
        var output = [UInt8](repeating: 0, count: text.count + tagByteCount)
        let isDone = unsafe withContext(key, nonce, isEncrypting: true) { context in
            var count: Int32 = 0
            guard unsafe update(context, nil, &count, associated.span),
                text.withSpan({ unsafe update(context, &output, &count, $0) }),
                count == Int32(text.count) || text.count == 0
            else { return false }
            return unsafe output.withUnsafeMutableBufferPointer { output in
                guard let end = unsafe output.baseAddress.map({ unsafe $0 + text.count }) else {
                    return false
                }
                guard unsafe EVP_CipherFinal_ex(context, end, &count) == 1 else { return false }
                return unsafe EVP_CIPHER_CTX_ctrl(
                    context,
                    EVP_CTRL_AEAD_GET_TAG,
                    Int32(tagByteCount),
                    end
                ) == 1
            }
        }
        precondition(isDone, "encrypting memory cannot fail")
        return output
    }

    /// Decrypts what `seal` made of the same key, nonce and associated bytes.
    ///
    /// - Returns: The text; nil when anything at all is not as it was.
    public static func open(
        _ sealed: [UInt8],
        key: SecretBytes,
        nonce: [UInt8],
        associated: [UInt8]
    ) -> SecretBytes? {
        guard sealed.count >= tagByteCount, nonce.count == nonceByteCount,
            key.count == keyByteCount
        else { return nil }
        let textCount = sealed.count - tagByteCount
        var tag = Array(sealed[textCount...])
        // One byte more than needed: an empty array has no address.
        var output = [UInt8](repeating: 0, count: textCount + 1)
        let isGenuine = unsafe withContext(key, nonce, isEncrypting: false) { context in
            var count: Int32 = 0
            let body = sealed.span.extracting(0..<textCount)
            guard unsafe update(context, nil, &count, associated.span),
                unsafe update(context, &output, &count, body),
                unsafe EVP_CIPHER_CTX_ctrl(
                    context,
                    EVP_CTRL_AEAD_SET_TAG,
                    Int32(tagByteCount),
                    &tag
                ) == 1
            else { return false }
            var rest = [UInt8](repeating: 0, count: 16)
            return unsafe EVP_CipherFinal_ex(context, &rest, &count) == 1
        }
        output.removeLast()
        // What was decrypted of a text that is not genuine is wiped with the rest.
        let text = SecretBytes(wiping: &output)
        return isGenuine ? text : nil
    }

    private static func withContext(
        _ key: SecretBytes,
        _ nonce: [UInt8],
        isEncrypting: Bool,
        _ body: (OpaquePointer) -> Bool
    ) -> Bool {
        precondition(key.count == keyByteCount, "a key of AES-256")
        precondition(nonce.count == nonceByteCount, "a nonce of the usual length")
        guard let context = unsafe EVP_CIPHER_CTX_new() else {
            preconditionFailure("OpenSSL has memory for a cipher")
        }
        // Wipes the key's schedule, too.
        defer { unsafe EVP_CIPHER_CTX_free(context) }
        let status = key.withSpan { key in
            unsafe key.withUnsafeBufferPointer { key in
                unsafe EVP_CipherInit_ex2(
                    context,
                    cipher,
                    key.baseAddress,
                    nonce,
                    isEncrypting ? 1 : 0,
                    nil
                )
            }
        }
        precondition(status == 1, "a key and a nonce of these lengths are taken")
        return unsafe body(context)
    }

    /// Hands bytes to the cipher; without an output they are associated ones.
    @unsafe private static func update(
        _ context: OpaquePointer,
        _ output: UnsafeMutablePointer<UInt8>?,
        _ count: inout Int32,
        _ bytes: Span<UInt8>
    ) -> Bool {
        guard !bytes.isEmpty else { return true }
        return unsafe bytes.withUnsafeBufferPointer { bytes in
            let length = Int32(bytes.count)
            return unsafe EVP_CipherUpdate(context, output, &count, bytes.baseAddress, length) == 1
        }
    }
}
