/// Why a file of certificates or keys cannot be used; never holds what stands in the file.
public struct TLSFileError: Error, Sendable, Hashable {
    /// What is wrong with the file.
    public enum Cause: Sendable, Hashable {
        /// It cannot be read, for this reason of the system.
        case unreadable(String)
        /// It holds no certificate in PEM.
        case noCertificate
        /// It holds a certificate in PEM whose content is damaged.
        case malformedCertificate
        /// It holds no private key in PEM, or a damaged one.
        case noKey
        /// Its key is encrypted, and nobody is there to type the passphrase.
        case encryptedKey
        /// Its key is not the one of the certificate in this file.
        case keyMismatch(certificate: String)
        /// The certificate is too weak, by this word of OpenSSL.
        case weak(String)
    }

    /// The path, as the operator wrote it.
    public let file: String
    /// What is wrong with it.
    public let cause: Cause

    /// Pairs a file with what is wrong with it.
    public init(file: String, cause: Cause) {
        self.file = file
        self.cause = cause
    }

    /// One line for the operator, which names the file.
    public var message: String {
        switch cause {
        case .unreadable(let reason): reason
        case .noCertificate: "\(file) holds no certificate (in PEM)"
        case .malformedCertificate: "\(file) holds a damaged certificate"
        case .noKey: "\(file) holds no private key (in PEM)"
        case .encryptedKey:
            "the key in \(file) is encrypted: decrypt it (openssl pkey), and guard the file by its mode"
        case .keyMismatch(let certificate):
            "the key in \(file) is not the key of the certificate in \(certificate)"
        case .weak(let reason): "the certificate in \(file) is refused: \(reason)"
        }
    }
}

extension TLSFileError: CustomStringConvertible {
    /// The same text as `message`.
    public var description: String { message }
}
