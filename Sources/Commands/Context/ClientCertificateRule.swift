public import Model

/// That a client certificate stands for a stored credential.
public struct ClientCertificateRule: Sendable, Hashable {
    /// By what the certificate is known; each is compared whole.
    public enum Mark: Sendable, Hashable {
        /// The subject's distinguished name as RFC 2253 writes it, such as `CN=billing,O=Acme`.
        case subject(String)
        /// One of its alternative names with its kind, such as `DNS:billing.acme.example`.
        case name(String)
        /// Its SHA-256 digest, in lower-case hexadecimal digits.
        case fingerprint(String)
    }

    /// The most rules.
    public static let countMax = 1000
    /// What is asked of a mark, to stand behind its setting's name.
    public static let words =
        "a subject is 1 to 1024 bytes as RFC 2253 writes it, a san starts with DNS:, URI:, email: or "
        + "IP:, a fingerprint is the 64 hexadecimal digits of SHA-256, perhaps with colons"

    /// By what the certificate is known.
    public let mark: Mark
    /// The credential that its holder is.
    public let credential: CredentialID

    /// A rule.
    public init(mark: Mark, credential: CredentialID) {
        self.mark = mark
        self.credential = credential
    }
}

extension ClientCertificateRule.Mark {
    /// Reads a mark of the kind `subject`, `san` or `fingerprint`; nil when it is none.
    public init?(kind: String, text: String) {
        guard (1...1024).contains(text.utf8.count) else { return nil }
        switch kind {
        case "subject": self = .subject(text)
        case "san":
            let kinds = ["DNS:", "URI:", "email:", "IP:"]
            guard kinds.contains(where: { text.hasPrefix($0) && text.count > $0.count }) else {
                return nil
            }
            self = .name(text.hasPrefix("DNS:") ? "DNS:" + text.dropFirst(4).lowercased() : text)
        case "fingerprint":
            let digits = text.lowercased().filter { $0 != ":" }
            let isDigest =
                digits.utf8.count == 64
                && digits.utf8.allSatisfy {
                    (0x30...0x39).contains($0) || (0x61...0x66).contains($0)
                }
            guard isDigest else { return nil }
            self = .fingerprint(digits)
        default: return nil
        }
    }
}

/// What is known of a client by a certificate that was verified.
public struct VerifiedCertificate: Sendable, Hashable {
    /// The subject's distinguished name as RFC 2253 writes it.
    public let subject: String
    /// The alternative names with their kind.
    public let names: [String]
    /// The SHA-256 digest, in lower-case hexadecimal digits.
    public let fingerprint: String

    /// Puts together what was read of a certificate.
    public init(subject: String, names: [String], fingerprint: String) {
        self.subject = subject
        self.names = names
        self.fingerprint = fingerprint
    }
}

/// The rules, to be looked up by what a certificate says.
struct ClientCertificateMap: Sendable {
    private var rules: [ClientCertificateRule.Mark: (order: Int, credential: CredentialID)] = [:]

    init(_ list: [ClientCertificateRule]) {
        for (order, rule) in list.enumerated() where rules[rule.mark] == nil {
            rules[rule.mark] = (order, rule.credential)
        }
    }

    /// The credential of the first rule, in the order of the settings, that the certificate meets.
    func credential(of certificate: VerifiedCertificate) -> CredentialID? {
        var marks: [ClientCertificateRule.Mark] = [
            .subject(certificate.subject), .fingerprint(certificate.fingerprint),
        ]
        marks += certificate.names.map { .name($0) }
        return marks.compactMap { rules[$0] }.min { $0.order < $1.order }?.credential
    }
}
