import Commands
import Platform

/// How the server speaks TLS, and which clients it knows by their certificates.
struct TLSSettings: Sendable, Hashable {
    /// Whether clients are asked for a certificate.
    enum ClientAuthentication: String, Sendable, CaseIterable {
        case off
        case optional
        case required
    }

    /// A certificate with its key.
    struct Files: Sendable, Hashable {
        let certificate: String
        let key: String
    }

    /// The addresses that speak TLS.
    var listen: [SocketAddress] = []
    /// The file of the default certificate and its chain.
    var certificateFile: String?
    /// The file of its key.
    var keyFile: String?
    /// Certificates for other names.
    var certificates: [Files] = []
    /// The file of the authorities whose client certificates are accepted.
    var clientAuthorityFile: String?
    /// Whether clients are asked for a certificate.
    var clientAuthentication = ClientAuthentication.off
    /// How long a handshake may take.
    var handshake = Duration.seconds(10)

    /// For how long browsers are told to come over HTTPS alone, in seconds; 0 for not.
    var strictTransportSeconds = 31_536_000

    /// Whether there is a certificate to speak TLS with.
    var isOn: Bool { certificateFile != nil }
}
