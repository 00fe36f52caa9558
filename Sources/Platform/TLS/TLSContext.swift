import CShims

/// What a server's TLS sessions share: certificates, protocol versions, ciphers, tickets.
///
/// TLS 1.3 and 1.2 alone; key exchange with forward secrecy and authenticated encryption alone; no
/// compression, no renegotiation, no early data. It never changes: a new certificate is a new
/// context, and sessions that were begun under the old one go on. Tickets are encrypted under keys
/// that OpenSSL makes for each context, so that a new context resumes no old session: whoever was
/// let in by an authority that is no longer trusted has to show a certificate again.
@safe public final class TLSContext: @unchecked Sendable {
    // Unchecked because of the pointers: the contexts are set up in `init` and not changed after;
    // OpenSSL guards what sessions share in them by locks of its own.
    private let contexts: [OpaquePointer]
    private let names: TLSNameTable
    /// The certificates, the default one first.
    public let identities: [TLSIdentity]
    let asksForCertificate: Bool

    /// Sessions kept for clients that resume without tickets; the oldest go first.
    static let sessionCountMax = 1024
    /// How long after its full handshake a session can be resumed, in seconds.
    static let sessionSecondsMax = 3600
    /// The largest chain of a client, in bytes.
    static let clientChainByteCountMax = 32 << 10

    private static let ciphers12 = [
        "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256",
        "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-RSA-AES256-GCM-SHA384",
        "ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-RSA-CHACHA20-POLY1305",
    ]
    .joined(separator: ":")
    private static let ciphers13 =
        "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384" + ":TLS_CHACHA20_POLY1305_SHA256"
    private static let groups = "X25519:P-256:P-384"

    /// Makes a context of at least one certificate; the first answers where none has the name that
    /// a client asks for.
    ///
    /// - Throws: Which certificate, or which authority, OpenSSL refuses.
    public init(
        identities: [TLSIdentity],
        clients: TLSClientAuthentication = .off
    ) throws(TLSFileError) {
        precondition(!identities.isEmpty, "a server has a certificate")
        self.identities = identities
        names = TLSNameTable(identities)
        asksForCertificate = clients.authorities != nil
        var contexts: [OpaquePointer] = unsafe []
        do throws(TLSFileError) {
            for identity in identities {
                let context = unsafe Self.makeContext()
                unsafe contexts.append(context)
                unsafe try Self.install(identity, in: context)
                unsafe try Self.install(clients, in: context)
            }
        } catch {
            for index in unsafe contexts.indices { unsafe SSL_CTX_free(contexts[index]) }
            throw error
        }
        unsafe self.contexts = unsafe contexts
        // The callback belongs to the context that a session begins with. Unretained: a session
        // holds this object for as long as OpenSSL can call it.
        let user = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe bindery_tls_set_server_name_callback(contexts[0], tlsServerNameCallback, user)
    }

    deinit { for index in unsafe contexts.indices { unsafe SSL_CTX_free(contexts[index]) } }

    /// A session's start; nil when there is no memory for it.
    func makeSession() -> OpaquePointer? { unsafe SSL_new(contexts[0]) }

    /// Gives the session the certificate of the name it asks for; false when none has it.
    fileprivate func choose(for session: OpaquePointer, host: String) -> Bool {
        guard let index = names.index(of: host) else { return false }
        if index > 0 { unsafe SSL_set_SSL_CTX(session, contexts[index]) }
        return true
    }

    // MARK: Setting up

    private static func makeContext() -> OpaquePointer {
        guard let context = unsafe SSL_CTX_new(TLS_server_method()) else {
            preconditionFailure("there is memory for a TLS context")
        }
        // What the system's openssl.cnf says is written over: what a server speaks is decided here.
        unsafe bindery_tls_set_options(context)
        unsafe bindery_tls_set_modes(context)
        unsafe SSL_CTX_set_security_level(context, 2)
        let isSet =
            unsafe bindery_tls_set_versions(context, TLS1_2_VERSION, TLS1_3_VERSION) == 1
            && SSL_CTX_set_cipher_list(context, ciphers12) == 1
            && SSL_CTX_set_ciphersuites(context, ciphers13) == 1
            && bindery_tls_set_groups(context, groups) == 1
            && SSL_CTX_set_session_id_context(context, Array("bindery".utf8), 7) == 1
        precondition(isSet, "OpenSSL 3 has these versions, ciphers and groups")
        unsafe bindery_tls_bound_sessions(context, sessionCountMax, sessionSecondsMax)
        unsafe bindery_tls_bound_chain(context, clientChainByteCountMax)
        unsafe SSL_CTX_set_num_tickets(context, 1)
        unsafe TLSTicket.watch(context)
        unsafe SSL_CTX_set_alpn_select_cb(context, tlsProtocolCallback, nil)
        return unsafe context
    }

    private static func install(
        _ identity: TLSIdentity,
        in context: OpaquePointer
    ) throws(TLSFileError) {
        TLSErrorQueue.clear()
        var isInstalled =
            unsafe SSL_CTX_use_certificate(context, identity.certificate.pointer) == 1
            && SSL_CTX_use_PrivateKey(context, identity.key.pointer) == 1
        for certificate in identity.chain where isInstalled {
            isInstalled = unsafe bindery_tls_add_chain(context, certificate.pointer) == 1
        }
        guard isInstalled else {
            defer { TLSErrorQueue.clear() }
            throw TLSFileError(
                file: identity.certificateFile,
                cause: .weak(TLSErrorQueue.newestReason())
            )
        }
    }

    private static func install(
        _ clients: TLSClientAuthentication,
        in context: OpaquePointer
    ) throws(TLSFileError) {
        guard let authorities = clients.authorities else { return }
        var mode = SSL_VERIFY_PEER
        if case .required = clients { mode |= SSL_VERIFY_FAIL_IF_NO_PEER_CERT }
        unsafe SSL_CTX_set_verify(context, mode, nil)
        unsafe SSL_CTX_set_verify_depth(context, 8)
        // Only these are trusted: the system's authorities never are.
        let store = unsafe SSL_CTX_get_cert_store(context)
        // The names tell a client with several certificates which one to send.
        let names = unsafe bindery_tls_new_authorities()
        for certificate in authorities.certificates {
            TLSErrorQueue.clear()
            guard unsafe X509_STORE_add_cert(store, certificate.pointer) == 1 else {
                unsafe bindery_tls_free_authorities(names)
                throw TLSFileError(
                    file: authorities.file,
                    cause: .weak(TLSErrorQueue.newestReason())
                )
            }
            unsafe bindery_tls_push_authority(names, certificate.pointer)
        }
        unsafe SSL_CTX_set_client_CA_list(context, names)
    }
}

/// Called within a handshake, with the name that the client asks for.
private func tlsServerNameCallback(
    _ session: OpaquePointer?,
    _ alert: UnsafeMutablePointer<Int32>?,
    _ user: UnsafeMutableRawPointer?
) -> Int32 {
    guard let session = unsafe session, let user = unsafe user,
        let name = unsafe SSL_get_servername(session, TLSEXT_NAMETYPE_host_name)
    else { return SSL_TLSEXT_ERR_NOACK }
    let context = unsafe Unmanaged<TLSContext>.fromOpaque(user).takeUnretainedValue()
    let isFound = unsafe context.choose(for: session, host: String(cString: name))
    return isFound ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK
}

/// Called within a handshake, with the protocols that the client offers (RFC 7301): `http/1.1` or
/// the alert `no_application_protocol`.
private func tlsProtocolCallback(
    _ session: OpaquePointer?,
    _ chosen: UnsafeMutablePointer<UnsafePointer<UInt8>?>?,
    _ chosenCount: UnsafeMutablePointer<UInt8>?,
    _ offered: UnsafePointer<UInt8>?,
    _ offeredCount: UInt32,
    _ user: UnsafeMutableRawPointer?
) -> Int32 {
    let offers = unsafe UnsafeBufferPointer(start: offered, count: Int(offeredCount))
    var start = 0
    // Each is a byte of its length and then its name; OpenSSL has checked that they add up.
    while start < offers.count {
        let length = unsafe Int(offers[start])
        let end = min(start + 1 + length, offers.count)
        let name = unsafe offers[(start + 1)..<end]
        if unsafe name.elementsEqual("http/1.1".utf8) {
            unsafe chosen?.pointee = unsafe offered?.advanced(by: start + 1)
            unsafe chosenCount?.pointee = UInt8(length)
            return SSL_TLSEXT_ERR_OK
        }
        start = end
    }
    return SSL_TLSEXT_ERR_ALERT_FATAL
}
