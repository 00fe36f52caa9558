import CShims

/// A private key made for a test.
@safe final class TestKey: @unchecked Sendable {
    let pointer: OpaquePointer

    /// A key on the curve P-256, or of RSA with this many bits.
    init(rsaBitCount: Int32? = nil) {
        let name = rsaBitCount == nil ? "EC" : "RSA"
        guard let making = unsafe EVP_PKEY_CTX_new_from_name(nil, name, nil) else {
            preconditionFailure("OpenSSL makes \(name) keys")
        }
        defer { unsafe EVP_PKEY_CTX_free(making) }
        var key: OpaquePointer?
        unsafe EVP_PKEY_keygen_init(making)
        if let rsaBitCount {
            unsafe EVP_PKEY_CTX_set_rsa_keygen_bits(making, rsaBitCount)
        } else {
            unsafe EVP_PKEY_CTX_set_group_name(making, "P-256")
        }
        unsafe EVP_PKEY_generate(making, &key)
        guard let key = unsafe key else { preconditionFailure("a key was made") }
        unsafe pointer = unsafe key
    }

    deinit { unsafe EVP_PKEY_free(pointer) }

    /// The key in PEM; encrypted when there is a passphrase.
    func pem(passphrase: String? = nil) -> String {
        unsafe MemoryBIO.text { bio in
            if let passphrase {
                let bytes = Array(passphrase.utf8)
                let cipher = unsafe EVP_aes_128_cbc()
                let count = Int32(bytes.count)
                unsafe PEM_write_bio_PrivateKey(bio, pointer, cipher, bytes, count, nil, nil)
            } else {
                unsafe PEM_write_bio_PrivateKey(bio, pointer, nil, nil, 0, nil, nil)
            }
        }
    }
}

/// Text that OpenSSL writes.
enum MemoryBIO {
    static func text(_ write: (OpaquePointer) -> Void) -> String {
        guard let bio = unsafe BIO_new(BIO_s_mem()) else { preconditionFailure("there is memory") }
        defer { unsafe BIO_free(bio) }
        unsafe write(bio)
        var bytes: UnsafeMutablePointer<CChar>?
        let count = unsafe bindery_tls_memory(bio, &bytes)
        let text = unsafe UnsafeRawBufferPointer(start: bytes, count: count)
        return unsafe String(decoding: text, as: UTF8.self)
    }
}
