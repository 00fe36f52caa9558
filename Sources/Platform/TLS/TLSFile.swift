import CShims

/// A file in PEM, read whole and wiped when the reader is done with it.
struct TLSFile {
    /// The largest file that is read, in bytes: some 500 certificates.
    static let byteCountMax = 1 << 20

    let path: String

    /// Lends the content, as a source that OpenSSL reads from.
    func read<Result>(
        _ body: (OpaquePointer) throws(TLSFileError) -> Result
    ) throws(TLSFileError) -> Result {
        var bytes: [UInt8]
        do {
            bytes = try File.contents(of: path, byteCountMax: Self.byteCountMax)
        } catch {
            throw self.error(.unreadable(error.message))
        }
        // It may hold a key: OpenSSL reads the array's own bytes, and they are wiped.
        defer {
            unsafe bytes.withUnsafeMutableBytes { bytes in
                unsafe OPENSSL_cleanse(bytes.baseAddress, bytes.count)
            }
        }
        let outcome: Swift.Result<Result, TLSFileError> = unsafe bytes.withUnsafeBytes { bytes in
            guard let bio = unsafe BIO_new_mem_buf(bytes.baseAddress, Int32(bytes.count)) else {
                preconditionFailure("there is memory to read a file")
            }
            defer { unsafe BIO_free(bio) }
            TLSErrorQueue.clear()
            do throws(TLSFileError) {
                return .success(try unsafe body(bio))
            } catch {
                return .failure(error)
            }
        }
        TLSErrorQueue.clear()
        return try outcome.get()
    }

    func error(_ cause: TLSFileError.Cause) -> TLSFileError {
        TLSFileError(file: path, cause: cause)
    }

    /// The certificates, in the order of the file; at least one.
    func certificates() throws(TLSFileError) -> [TLSCertificate] {
        try unsafe read { (bio) throws(TLSFileError) in
            var certificates: [TLSCertificate] = []
            while let certificate = unsafe PEM_read_bio_X509_AUX(bio, nil, nil, nil) {
                certificates.append(unsafe TLSCertificate(adopting: certificate))
            }
            guard TLSErrorQueue.isNewest(pem: PEM_R_NO_START_LINE) else {
                throw error(.malformedCertificate)
            }
            guard !certificates.isEmpty else { throw error(.noCertificate) }
            return certificates
        }
    }

    /// The private key.
    func key() throws(TLSFileError) -> TLSKey {
        try unsafe read { (bio) throws(TLSFileError) in
            var isEncrypted: Int32 = 0
            // Asked for a passphrase, it answers that there is none, and that it was asked.
            let key = unsafe PEM_read_bio_PrivateKey(
                bio,
                nil,
                { _, _, _, user in
                    unsafe user?.storeBytes(of: 1, as: Int32.self)
                    return -1
                },
                &isEncrypted
            )
            if let key = unsafe key { return unsafe TLSKey(adopting: key) }
            throw error(isEncrypted == 1 ? .encryptedKey : .noKey)
        }
    }
}

/// A private key, freed with its last reference; OpenSSL wipes it then.
@safe final class TLSKey: @unchecked Sendable {
    // Unchecked because of the pointer alone: OpenSSL counts its references, and nothing here
    // changes the key.
    let pointer: OpaquePointer

    /// Takes over a reference.
    init(adopting pointer: OpaquePointer) { unsafe self.pointer = unsafe pointer }

    deinit { unsafe EVP_PKEY_free(pointer) }
}
