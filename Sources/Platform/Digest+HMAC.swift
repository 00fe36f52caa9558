import CShims

extension Digest {
    // Fetched once and shared, as `sha256Algorithm` is.
    nonisolated(unsafe) private static let hmacAlgorithm: OpaquePointer = {
        guard let algorithm = unsafe EVP_MAC_fetch(nil, "HMAC", nil) else {
            preconditionFailure("OpenSSL has HMAC")
        }
        return unsafe algorithm
    }()

    /// The HMAC-SHA-256 of `message` under `key`; 32 bytes.
    public static func hmacSHA256(_ message: [UInt8], key: [UInt8]) -> [UInt8] {
        unsafe key.withUnsafeBufferPointer { key in unsafe hmac(message, key: key) }
    }

    /// The HMAC-SHA-256 of `message` under a secret key, which is not copied; 32 bytes.
    public static func hmacSHA256(_ message: [UInt8], key: SecretBytes) -> [UInt8] {
        key.withSpan { key in unsafe key.withUnsafeBufferPointer { unsafe hmac(message, key: $0) } }
    }

    private static func hmac(
        _ message: [UInt8],
        key: UnsafeBufferPointer<UInt8>
    ) -> [UInt8] {
        guard let context = unsafe EVP_MAC_CTX_new(hmacAlgorithm) else {
            preconditionFailure("OpenSSL has memory for a MAC")
        }
        defer { unsafe EVP_MAC_CTX_free(context) }
        guard unsafe start(context, key: key) == 1,
            unsafe EVP_MAC_update(context, message, message.count) == 1
        else { preconditionFailure("HMAC-SHA-256 of memory cannot fail") }
        var code = [UInt8](repeating: 0, count: byteCount)
        var length = 0
        let status = unsafe EVP_MAC_final(context, &code, &length, code.count)
        precondition(status == 1 && length == byteCount, "HMAC-SHA-256 gives 32 bytes")
        return code
    }

    private static func start(_ context: OpaquePointer, key: UnsafeBufferPointer<UInt8>) -> Int32 {
        // OpenSSL reads the name during the call only, though its type says that it may write.
        var name: [CChar] = [0x53, 0x48, 0x41, 0x32, 0x35, 0x36, 0]  // "SHA256"
        return unsafe name.withUnsafeMutableBufferPointer { name in
            let parameters = unsafe [
                OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name.baseAddress, 0),
                OSSL_PARAM_construct_end(),
            ]
            // No key given means "keep the key", so an empty key needs an address too.
            var nothing: UInt8 = 0
            guard let address = key.baseAddress else {
                return unsafe EVP_MAC_init(context, &nothing, 0, parameters)
            }
            return unsafe EVP_MAC_init(context, address, key.count, parameters)
        }
    }
}
