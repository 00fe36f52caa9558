import CShims
public import Platform

/// How a TLS client of a test speaks, and the sessions that it resumes.
@safe public final class TLSTestClient: @unchecked Sendable {
    /// The versions of TLS.
    public enum Version: Sendable {
        case v11, v12, v13

        var number: Int32 {
            switch self {
            case .v11: TLS1_1_VERSION
            case .v12: TLS1_2_VERSION
            case .v13: TLS1_3_VERSION
            }
        }
    }

    /// What it offers.
    public struct Settings: Sendable {
        /// Whom it trusts; nobody is everybody.
        public var authority: TestCertificate?
        /// The oldest and the newest version.
        public var versions: (Version, Version) = (.v12, .v13)
        /// The ciphers of TLS 1.2, in OpenSSL's words.
        public var ciphers: String?
        /// What it offers to speak (ALPN).
        public var protocols: [String] = ["http/1.1"]
        /// The name that it asks for, and that the certificate must have.
        public var host: String? = "localhost"
        /// What it proves its name with; nil for nothing.
        public var certificate: TestCertificate?
        /// The most bytes that it sends at a time.
        public var pieceByteCountMax = Int.max

        /// A modern client.
        public init() {}
    }

    let settings: Settings
    let context: OpaquePointer
    /// The session to resume.
    var session: OpaquePointer?

    /// A client with these settings.
    public init(_ change: (inout Settings) -> Void = { _ in }) {
        var settings = Settings()
        change(&settings)
        self.settings = settings
        guard let context = unsafe SSL_CTX_new(TLS_client_method()) else {
            preconditionFailure("there is memory")
        }
        unsafe self.context = unsafe context
        // A client of old versions and weak ciphers, to see that they are refused.
        unsafe SSL_CTX_set_security_level(context, 0)
        let versions = settings.versions
        unsafe _ = bindery_tls_set_versions(context, versions.0.number, versions.1.number)
        if let ciphers = settings.ciphers { unsafe SSL_CTX_set_cipher_list(context, ciphers) }
        if let authority = settings.authority {
            unsafe X509_STORE_add_cert(SSL_CTX_get_cert_store(context), authority.pointer)
            unsafe SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nil)
        }
        if let certificate = settings.certificate {
            unsafe SSL_CTX_use_certificate(context, certificate.pointer)
            unsafe SSL_CTX_use_PrivateKey(context, certificate.key.pointer)
        }
        var list: [UInt8] = []
        for name in settings.protocols { list += [UInt8(name.utf8.count)] + Array(name.utf8) }
        if !list.isEmpty { unsafe SSL_CTX_set_alpn_protos(context, list, UInt32(list.count)) }
    }

    deinit {
        unsafe SSL_SESSION_free(session)
        unsafe SSL_CTX_free(context)
    }

    /// Connects and shakes hands.
    public func connect(to address: SocketAddress) async throws -> TLSTestSocket {
        let socket = TLSTestSocket(self, over: try SocketPeer(connectingTo: address))
        try await socket.shakeHands()
        return socket
    }

    /// Resumes the session of this connection on the next ones.
    public func keepSession(of socket: TLSTestSocket) {
        unsafe SSL_SESSION_free(session)
        unsafe session = unsafe SSL_get1_session(socket.session)
    }
}

/// Why a TLS client of a test failed.
public enum TLSTestFailure: Error, Hashable {
    /// By this reason of OpenSSL, such as `tlsv1 alert protocol version`.
    case refused(String)
    /// The connection ended within the handshake.
    case ended
    /// The server did not go on for far too long.
    case timedOut
}
