import CShims

/// A certificate with its chain and its private key: what a server proves its name with.
public struct TLSIdentity: Sendable {
    /// The file of the certificate and its chain, the server's own certificate first.
    public let certificateFile: String
    /// The file of the private key.
    public let keyFile: String
    /// The server's own certificate.
    public let certificate: TLSCertificate

    let chain: [TLSCertificate]
    let key: TLSKey

    /// The most certificates of a chain, the server's own included.
    static let chainCountMax = 16

    /// Reads both files; they may be the same one.
    ///
    /// A certificate that has expired or is not valid yet is read like any other: who loads it
    /// looks at `certificate`.
    ///
    /// - Throws: Which of the files is wrong, and why.
    public init(certificateFile: String, keyFile: String) throws(TLSFileError) {
        let certificates = try TLSFile(path: certificateFile).certificates()
        let key = try TLSFile(path: keyFile).key()
        guard certificates.count <= Self.chainCountMax else {
            throw TLSFileError(
                file: certificateFile,
                cause: .weak("a chain of more than \(Self.chainCountMax) certificates")
            )
        }
        let matches = unsafe X509_check_private_key(certificates[0].pointer, key.pointer)
        TLSErrorQueue.clear()
        guard matches == 1 else {
            throw TLSFileError(
                file: keyFile,
                cause: .keyMismatch(certificate: certificateFile)
            )
        }
        self.certificateFile = certificateFile
        self.keyFile = keyFile
        self.certificate = certificates[0]
        self.chain = Array(certificates.dropFirst())
        self.key = key
    }
}

/// The certificate authorities whose client certificates are accepted.
public struct TLSAuthorities: Sendable {
    /// The file that holds them.
    public let file: String
    let certificates: [TLSCertificate]

    /// Reads the file.
    ///
    /// - Throws: Why it cannot be used.
    public init(file: String) throws(TLSFileError) {
        self.file = file
        certificates = try TLSFile(path: file).certificates()
    }
}

/// Whether clients prove who they are by a certificate.
public enum TLSClientAuthentication: Sendable {
    /// They are not asked.
    case off
    /// They are asked, and may say nothing; one that sends a certificate that does not verify is
    /// refused.
    case optional(TLSAuthorities)
    /// One without a certificate that verifies is refused.
    case required(TLSAuthorities)

    var authorities: TLSAuthorities? {
        switch self {
        case .off: nil
        case .optional(let authorities), .required(let authorities): authorities
        }
    }
}
