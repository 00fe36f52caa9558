import CShims
public import Platform

/// A TLS client's connection that behaves like a non-blocking socket.
///
/// OpenSSL reads and writes memory, and this the socket, so that a test decides how the bytes are
/// split and when the connection ends.
@safe public final class TLSTestSocket {
    /// The socket below.
    public let socket: SocketPeer
    let session: OpaquePointer
    private let client: TLSTestClient
    private let input: OpaquePointer
    private let output: OpaquePointer
    /// Encrypted bytes that the socket has not taken.
    private var unsent: [UInt8] = []
    private var buffer = [UInt8](repeating: 0, count: 64 << 10)
    /// Whether the server said by `close_notify` that it sends no more.
    public var wasToldOfEnd: Bool {
        unsafe SSL_get_shutdown(session) & SSL_RECEIVED_SHUTDOWN != 0
    }

    /// Begins a session over a connected socket.
    public init(_ client: TLSTestClient, over socket: SocketPeer) {
        guard let session = unsafe SSL_new(client.context), let input = unsafe BIO_new(BIO_s_mem()),
            let output = unsafe BIO_new(BIO_s_mem())
        else { preconditionFailure("there is memory") }
        self.socket = socket
        self.client = client
        unsafe (self.session, self.input, self.output) = unsafe (session, input, output)
        unsafe SSL_set_bio(session, input, output)
        unsafe SSL_set_connect_state(session)
        if let host = client.settings.host {
            unsafe _ = bindery_tls_set_server_name(session, host)
            if client.settings.authority != nil { unsafe SSL_set1_host(session, host) }
        }
        if let earlier = unsafe client.session { unsafe SSL_set_session(session, earlier) }
    }

    deinit { unsafe SSL_free(session) }

    /// Shakes hands.
    public func shakeHands() async throws {
        for _ in 0..<10_000 {
            ERR_clear_error()
            let status = unsafe SSL_do_handshake(session)
            let cause = unsafe SSL_get_error(session, status)
            try await flush()
            if status == 1 { return }
            guard cause == SSL_ERROR_WANT_READ else { throw Self.refusal() }
            switch fill() {
            case .bytes: continue
            case .wouldBlock: try await Task.sleep(for: .milliseconds(1))
            case .ended, .failed: throw TLSTestFailure.ended
            }
        }
        throw TLSTestFailure.timedOut
    }

    /// Sends the bytes of the handshake's beginning, and no more.
    public func beginHandshake() async throws {
        unsafe _ = SSL_do_handshake(session)
        try await flush()
    }

    /// The version that was agreed on, such as `TLSv1.3`.
    public var version: String { unsafe String(cString: SSL_get_version(session)) }
    /// The cipher that was agreed on.
    public var cipher: String {
        unsafe String(cString: SSL_CIPHER_get_name(SSL_get_current_cipher(session)))
    }
    /// Whether an earlier session was taken up.
    public var isResumed: Bool { unsafe SSL_session_reused(session) == 1 }
    /// The protocol that the server chose; empty for none.
    public var chosenProtocol: String {
        var name: UnsafePointer<UInt8>?
        var count: UInt32 = 0
        unsafe SSL_get0_alpn_selected(session, &name, &count)
        let bytes = unsafe UnsafeBufferPointer(start: name, count: Int(count))
        return unsafe String(decoding: bytes, as: UTF8.self)
    }
    /// The common name of the server's certificate.
    public var serverName: String {
        let certificate = unsafe SSL_get0_peer_certificate(session)
        let subject = unsafe X509_get_subject_name(certificate)
        var text = [UInt8](repeating: 0, count: 256)
        let count = unsafe text.withUnsafeMutableBytes { bytes in
            let start = unsafe bytes.assumingMemoryBound(to: CChar.self).baseAddress
            return unsafe X509_NAME_get_text_by_NID(subject, NID_commonName, start, 256)
        }
        return String(decoding: text.prefix(max(0, Int(count))), as: UTF8.self)
    }

    /// Asks the server to change keys, and to do so itself (RFC 8446 section 4.6.3).
    public func updateKeys() async throws {
        unsafe _ = SSL_key_update(session, SSL_KEY_UPDATE_REQUESTED)
        unsafe _ = SSL_do_handshake(session)
        try await flush()
    }

    /// Asks for a renegotiation, which TLS 1.2 has; whether OpenSSL went on with it.
    public func renegotiate() async throws {
        unsafe _ = SSL_renegotiate(session)
        unsafe _ = SSL_do_handshake(session)
        try await flush()
    }

    // MARK: As a socket

    /// Sends as many of the bytes as go; see `SocketPeer.send`.
    public func send(_ bytes: ArraySlice<UInt8>) -> SocketPeer.Sent {
        guard pushNow() else { return .failed }
        guard unsent.isEmpty else { return .wouldBlock }
        ERR_clear_error()
        let part = bytes.prefix(16 << 10)
        let count = unsafe part.withUnsafeBytes { bytes in
            unsafe SSL_write(session, bytes.baseAddress, Int32(bytes.count))
        }
        guard count > 0 else { return .failed }
        return pushNow() ? .bytes(Int(count)) : .failed
    }

    /// Receives what is there; see `SocketPeer.receive`.
    public func receive(into bytes: inout [UInt8]) -> SocketPeer.Received {
        while true {
            // A lost connection shows itself when it is read.
            _ = pushNow()
            ERR_clear_error()
            let count = unsafe bytes.withUnsafeMutableBytes { bytes in
                unsafe SSL_read(session, bytes.baseAddress, Int32(bytes.count))
            }
            if count > 0 { return .bytes(Int(count)) }
            let cause = unsafe SSL_get_error(session, count)
            if cause == SSL_ERROR_ZERO_RETURN { return .ended }
            guard cause == SSL_ERROR_WANT_READ else { return .failed }
            switch fill() {
            case .bytes: continue
            case let other: return other
            }
        }
    }

    /// Says by `close_notify` that it sends no more, and ends the socket's side.
    public func endSending() {
        unsafe _ = SSL_shutdown(session)
        _ = pushNow()
        socket.endSending()
    }

    /// Says by `close_notify` that it sends no more, and leaves the socket open.
    public func sayGoodbye() {
        unsafe _ = SSL_shutdown(session)
        _ = pushNow()
    }

    private func flush() async throws {
        for _ in 0..<10_000 {
            guard pushNow() else { throw TLSTestFailure.ended }
            if unsent.isEmpty { return }
            try await Task.sleep(for: .milliseconds(1))
        }
        throw TLSTestFailure.timedOut
    }

    /// Moves what OpenSSL wrote to the socket, in pieces; false when the connection is lost.
    private func pushNow() -> Bool {
        var piece = [UInt8](repeating: 0, count: 16 << 10)
        while case let count = unsafe BIO_read(output, &piece, Int32(piece.count)), count > 0 {
            unsent += piece.prefix(Int(count))
        }
        var sentCount = 0
        defer { unsent.removeFirst(sentCount) }
        while sentCount < unsent.count {
            let rest = unsent[sentCount...].prefix(client.settings.pieceByteCountMax)
            switch socket.send(rest) {
            case .bytes(let count): sentCount += count
            case .wouldBlock: return true
            case .failed: return false
            }
        }
        return true
    }

    /// Takes what the socket has for OpenSSL.
    private func fill() -> SocketPeer.Received {
        let received = socket.receive(into: &buffer)
        if case .bytes(let count) = received { unsafe BIO_write(input, buffer, Int32(count)) }
        return received
    }

    private static func refusal() -> TLSTestFailure {
        guard let reason = unsafe ERR_reason_error_string(ERR_peek_last_error()) else {
            return .refused("no reason is known")
        }
        return .refused(unsafe String(cString: reason))
    }
}
