import CShims

/// A certificate with its key, made for a test.
@safe public final class TestCertificate: @unchecked Sendable {
    /// What a certificate says.
    public struct Content: Sendable {
        /// The parts of the subject, the least specific first, such as `[("O", "Acme")]`.
        public var subject: [(String, String)]
        /// The alternative names as OpenSSL reads them, such as `DNS:localhost`.
        public var names: [String]
        /// When it begins and ends to be valid, in seconds from now.
        public var validity = -3600...86_400
        /// The size of an RSA key; nil for one on P-256.
        public var rsaBitCount: Int32?
        /// Where its issuer says which certificates it has revoked; nil for nowhere.
        public var revocationURL: String?

        /// A certificate with this name, valid today.
        public init(_ commonName: String, names: [String] = []) {
            subject = [("CN", commonName)]
            self.names = names
        }
    }

    /// MBSTRING_UTF8, which Swift does not import.
    private static let utf8: Int32 = 0x1000
    let pointer: OpaquePointer
    let key: TestKey

    /// The certificate in PEM.
    public var pem: String {
        unsafe MemoryBIO.text { bio in unsafe PEM_write_bio_X509(bio, pointer) }
    }
    /// The key in PEM.
    public var keyPEM: String { key.pem() }

    /// The key in PEM, encrypted under the passphrase.
    public func keyPEM(passphrase: String) -> String { key.pem(passphrase: passphrase) }

    /// A certificate that `issuer` signs; without one, an authority that signs itself.
    public init(_ content: Content, issuer: TestCertificate? = nil) {
        guard let certificate = unsafe X509_new() else { preconditionFailure("there is memory") }
        unsafe pointer = unsafe certificate
        key = TestKey(rsaBitCount: content.rsaBitCount)
        unsafe X509_set_version(certificate, 2)
        unsafe ASN1_INTEGER_set(
            X509_get_serialNumber(certificate),
            Int.random(in: 1...0x7FFF_FFFF)
        )
        unsafe X509_gmtime_adj(X509_getm_notBefore(certificate), content.validity.lowerBound)
        unsafe X509_gmtime_adj(X509_getm_notAfter(certificate), content.validity.upperBound)
        unsafe X509_set_pubkey(certificate, key.pointer)
        let subject = unsafe X509_get_subject_name(certificate)
        for (kind, value) in content.subject {
            let bytes = Array(value.utf8)
            let count = Int32(bytes.count)
            unsafe X509_NAME_add_entry_by_txt(subject, kind, Self.utf8, bytes, count, -1, 0)
        }
        let signer = issuer ?? self
        unsafe X509_set_issuer_name(certificate, X509_get_subject_name(signer.pointer))
        extend(content, issuer: issuer)
        unsafe X509_sign(certificate, signer.key.pointer, EVP_sha256())
    }

    deinit { unsafe X509_free(pointer) }

    private func extend(_ content: Content, issuer: TestCertificate?) {
        var extensions: [(Int32, String)] = []
        if issuer == nil {
            extensions.append((NID_basic_constraints, "critical,CA:TRUE"))
            extensions.append((NID_key_usage, "critical,keyCertSign,cRLSign"))
        } else {
            extensions.append((NID_basic_constraints, "critical,CA:FALSE"))
            extensions.append((NID_key_usage, "critical,digitalSignature"))
            extensions.append((NID_ext_key_usage, "serverAuth,clientAuth"))
        }
        if !content.names.isEmpty {
            extensions.append((NID_subject_alt_name, content.names.joined(separator: ",")))
        }
        if let url = content.revocationURL {
            extensions.append((NID_crl_distribution_points, "URI:\(url)"))
        }
        extensions.append((NID_subject_key_identifier, "hash"))
        var context = unsafe X509V3_CTX()
        let signer = issuer ?? self
        unsafe X509V3_set_ctx(&context, signer.pointer, pointer, nil, nil, 0)
        for (kind, value) in extensions {
            let made = unsafe X509V3_EXT_conf_nid(nil, &context, kind, value)
            precondition(unsafe made != nil, "\(value) is an extension")
            unsafe X509_add_ext(pointer, made, -1)
            unsafe X509_EXTENSION_free(made)
        }
    }
}

extension TestCertificate {
    /// An authority that signs itself.
    public static func authority(_ name: String = "Test authority") -> TestCertificate {
        TestCertificate(Content(name))
    }

    /// A certificate of this authority.
    public func issue(
        _ commonName: String = "localhost",
        names: [String] = ["DNS:localhost", "IP:127.0.0.1"],
        _ change: (inout Content) -> Void = { _ in }
    ) -> TestCertificate {
        var content = Content(commonName, names: names)
        change(&content)
        return TestCertificate(content, issuer: self)
    }
}
