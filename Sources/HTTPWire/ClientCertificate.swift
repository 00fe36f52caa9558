/// What is known of a client by the certificate it showed, which was verified.
///
/// A class, so that a request of a plain peer carries no more for it than one empty word.
public final class ClientCertificate: Sendable {
    /// The subject's distinguished name as RFC 2253 writes it, such as `CN=billing,O=Acme`.
    public let subject: String
    /// The subject's alternative names with their kind, such as `DNS:billing.acme.example`,
    /// `URI:spiffe://acme/billing`, `IP:192.0.2.7` and `email:billing@acme.example`.
    public let names: [String]
    /// The SHA-256 digest of the certificate, in lower-case hexadecimal digits.
    public let fingerprint: String
    /// The last second of its validity, in seconds since 1970 UTC.
    ///
    /// It was valid when the client showed it; a connection may stay open for longer.
    public let notAfter: Int

    /// Puts together what was read of a certificate.
    public init(subject: String, names: [String], fingerprint: String, notAfter: Int) {
        self.subject = subject
        self.names = names
        self.fingerprint = fingerprint
        self.notAfter = notAfter
    }
}
