import CShims

extension Digest {
    // Fetched once and shared, as `sha256Algorithm` is.
    nonisolated(unsafe) private static let hmacAlgorithm: OpaquePointer = {
        guard let algorithm = unsafe EVP_MAC_fetch(nil, "HMAC", nil) else {
            preconditionFailure("OpenSSL has HMAC")
        }
        return unsafe algorithm
    }()

    /// The hash function of an HMAC.
    private enum Function {
        case sha1
        case sha256

        var byteCount: Int { self == .sha1 ? sha1ByteCount : Digest.byteCount }
        /// The name that OpenSSL knows it by, with the zero at its end.
        var name: [CChar] {
            self == .sha1
                ? [0x53, 0x48, 0x41, 0x31, 0] : [0x53, 0x48, 0x41, 0x32, 0x35, 0x36, 0]
        }
    }

    /// The length of a SHA-1 digest, in bytes.
    public static let sha1ByteCount = 20

    /// The HMAC-SHA-256 of `message` under `key`; 32 bytes.
    public static func hmacSHA256(_ message: [UInt8], key: [UInt8]) -> [UInt8] {
        unsafe key.withUnsafeBufferPointer { key in unsafe hmac(.sha256, message, key: key) }
    }

    /// The HMAC-SHA-256 of `message` under a secret key, which is not copied; 32 bytes.
    public static func hmacSHA256(_ message: [UInt8], key: SecretBytes) -> [UInt8] {
        key.withSpan { key in
            unsafe key.withUnsafeBufferPointer { unsafe hmac(.sha256, message, key: $0) }
        }
    }

    /// The HMAC-SHA-1 of `message` under a secret key, which is not copied; 20 bytes.
    ///
    /// For providers that sign so; nothing of ours does.
    public static func hmacSHA1(_ message: [UInt8], key: SecretBytes) -> [UInt8] {
        key.withSpan { key in
            unsafe key.withUnsafeBufferPointer { unsafe hmac(.sha1, message, key: $0) }
        }
    }

    private static func hmac(
        _ function: Function,
        _ message: [UInt8],
        key: UnsafeBufferPointer<UInt8>
    ) -> [UInt8] {
        guard let context = unsafe EVP_MAC_CTX_new(hmacAlgorithm) else {
            preconditionFailure("OpenSSL has memory for a MAC")
        }
        defer { unsafe EVP_MAC_CTX_free(context) }
        guard unsafe start(context, function, key: key) == 1,
            unsafe EVP_MAC_update(context, message, message.count) == 1
        else { preconditionFailure("an HMAC of memory cannot fail") }
        var code = [UInt8](repeating: 0, count: function.byteCount)
        var length = 0
        let status = unsafe EVP_MAC_final(context, &code, &length, code.count)
        precondition(status == 1 && length == code.count, "an HMAC is as long as its hash")
        return code
    }

    private static func start(
        _ context: OpaquePointer,
        _ function: Function,
        key: UnsafeBufferPointer<UInt8>
    ) -> Int32 {
        // OpenSSL reads the name during the call only, though its type says that it may write.
        var name = function.name
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
