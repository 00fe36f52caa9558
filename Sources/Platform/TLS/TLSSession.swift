import CShims
import Glibc

/// One TLS connection over a non-blocking socket, from the server's side.
///
/// Belongs to one thread. A call that cannot go on answers `wouldBlock`; `awaits…` then tells
/// whether the socket must be readable or writable for it, which with TLS can be the other way
/// round than the call's name says.
@safe public final class TLSSession {
    /// How far a handshake came.
    public enum Handshake: Sendable, Hashable {
        /// It is done: bytes can be received and sent.
        case done
        /// Wait for this, then go on.
        case wants(Readiness)
        /// The peer does not speak TLS, but sent what looks like text; nothing of it was read.
        case plainText
        /// It failed; the peer was told by an alert, if it can be.
        case failed
    }

    private let session: OpaquePointer
    /// Shared with OpenSSL's reads and writes; freed after the session that makes them.
    private let state: UnsafeMutablePointer<TLSSocketBIO.State>
    /// Held so that OpenSSL can call back into it.
    private let context: TLSContext
    private var isBegun = false
    /// Whether the peer spoke plain text, so that it is answered past this session.
    public private(set) var isBypassed = false
    private var isEstablished = false
    /// After an error OpenSSL must not be asked for anything more.
    private var isBroken = false

    /// Whether a receive waits for the socket to become writable.
    public private(set) var receiveAwaitsWritable = false
    /// Whether a send waits for the socket to become readable.
    public private(set) var sendAwaitsReadable = false
    /// Whether bytes may lie here that were taken from the socket already, so that no poller tells
    /// of them.
    public private(set) var holdsInput = false

    /// Begins a session; nil when there is no memory for it.
    public init?(_ context: TLSContext, over socket: SocketPeer) {
        guard let session = unsafe context.makeSession() else { return nil }
        let state = UnsafeMutablePointer<TLSSocketBIO.State>.allocate(capacity: 1)
        unsafe state.initialize(
            to: TLSSocketBIO.State(descriptor: socket.descriptor, readCountLeft: 0)
        )
        guard let bio = unsafe TLSSocketBIO.make(state) else {
            unsafe SSL_free(session)
            unsafe state.deallocate()
            return nil
        }
        unsafe SSL_set_bio(session, bio, bio)
        unsafe SSL_set_accept_state(session)
        unsafe self.session = unsafe session
        self.context = context
        unsafe self.state = unsafe state
    }

    deinit {
        unsafe SSL_free(session)
        unsafe state.deallocate()
    }

    /// Goes on with the handshake as far as the socket lets it.
    public func shakeHands() -> Handshake {
        if !isBegun {
            guard let byte = firstByte() else { return .wants(.readable) }
            // The first of a method's letters, or the empty line that some clients send before it.
            if (0x41...0x5A).contains(byte) || byte == 0x0D || byte == 0x0A {
                isBypassed = true
                return .plainText
            }
            isBegun = true
        }
        beginTurn()
        TLSErrorQueue.clear()
        let status = unsafe SSL_do_handshake(session)
        let cause = unsafe SSL_get_error(session, status)
        switch cause {
        case SSL_ERROR_NONE:
            isEstablished = !hasExpiredCertificate
            if !isResumed, let certificate = clientCertificate {
                unsafe TLSTicket.bound(session, by: certificate)
            }
            isBroken = !isEstablished
            holdsInput = unsafe SSL_has_pending(session) == 1
            return isEstablished ? .done : .failed
        case SSL_ERROR_WANT_READ: return .wants(.readable)
        case SSL_ERROR_WANT_WRITE: return .wants(.writable)
        default:
            fail()
            return .failed
        }
    }

    /// Receives into the start of `buffer`, which is not empty, as much as is here and fits.
    public func receive(into buffer: inout [UInt8]) -> SocketPeer.Received {
        guard isEstablished, !isBroken else { return .failed }
        receiveAwaitsWritable = false
        beginTurn()
        var total = 0
        while total < buffer.count {
            TLSErrorQueue.clear()
            let count = unsafe buffer.withUnsafeMutableBytes { bytes in
                let rest = unsafe bytes[total...]
                let start = unsafe UnsafeMutableRawBufferPointer(rebasing: rest).baseAddress
                return unsafe SSL_read(session, start, Int32(clamping: rest.count))
            }
            guard count > 0 else { return outcome(ofReceive: count, total) }
            total += Int(count)
            // A record has been served from what one system call brought. Only when more of that is
            // left is it worth another look; else the poller tells.
            holdsInput = unsafe SSL_has_pending(session) == 1
            if !holdsInput { break }
        }
        return .bytes(total)
    }

    private func outcome(ofReceive status: Int32, _ total: Int) -> SocketPeer.Received {
        holdsInput = false
        let cause = unsafe SSL_get_error(session, status)
        switch cause {
        case SSL_ERROR_WANT_READ: break
        case SSL_ERROR_WANT_WRITE: receiveAwaitsWritable = true
        case SSL_ERROR_ZERO_RETURN:
            // What came before the end is served first; the end comes again.
            holdsInput = total > 0
            return total > 0 ? .bytes(total) : .ended
        default:
            fail()
            return total > 0 ? .bytes(total) : .failed
        }
        return total > 0 ? .bytes(total) : .wouldBlock
    }

    /// Sends as many of the bytes as the socket takes; `bytes` is not empty.
    ///
    /// After `wouldBlock`, or fewer bytes than were given, the next send begins with the same
    /// bytes that were not taken, wherever they lie by then: OpenSSL may have encrypted some.
    public func send(_ bytes: ArraySlice<UInt8>) -> SocketPeer.Sent {
        guard isEstablished, !isBroken else { return .failed }
        sendAwaitsReadable = false
        beginTurn()
        var total = 0
        while total < bytes.count {
            TLSErrorQueue.clear()
            let count = unsafe bytes.withUnsafeBytes { bytes in
                let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[total...])
                return unsafe SSL_write(session, rest.baseAddress, Int32(clamping: rest.count))
            }
            guard count > 0 else {
                let cause = unsafe SSL_get_error(session, count)
                switch cause {
                case SSL_ERROR_WANT_WRITE: break
                case SSL_ERROR_WANT_READ: sendAwaitsReadable = true
                default:
                    fail()
                    return .failed
                }
                return total > 0 ? .bytes(total) : .wouldBlock
            }
            total += Int(count)
        }
        return .bytes(total)
    }

    /// Tells the peer, by `close_notify`, that nothing more will be sent; false when the socket
    /// does not take it now, and it has to be called again once it does.
    public func endSending() -> Bool {
        guard isEstablished, !isBroken else { return true }
        TLSErrorQueue.clear()
        let status = unsafe SSL_shutdown(session)
        guard status < 0 else { return true }
        let cause = unsafe SSL_get_error(session, status)
        if cause == SSL_ERROR_WANT_WRITE { return false }
        fail()
        return true
    }

    // MARK: Once the handshake is done

    /// Whether the handshake took up an earlier session.
    public var isResumed: Bool { unsafe SSL_session_reused(session) == 1 }

    /// The client's certificate, which was verified; nil when it sent none.
    public var clientCertificate: TLSCertificate? {
        guard context.asksForCertificate, unsafe SSL_get_verify_result(session) == Int(X509_V_OK),
            let certificate = unsafe SSL_get1_peer_certificate(session)
        else { return nil }
        return unsafe TLSCertificate(adopting: certificate)
    }

    /// The protocol's version, such as `TLSv1.3`.
    public var version: String { unsafe String(cString: SSL_get_version(session)) }

    /// A resumed session brings its client's certificate along, which may have expired since.
    private var hasExpiredCertificate: Bool {
        guard isResumed, let certificate = clientCertificate else { return false }
        return certificate.notAfter < WallClock.milliseconds() / 1000
    }

    private func beginTurn() { unsafe state.pointee.readCountLeft = TLSSocketBIO.readCountMax }

    private func fail() {
        isBroken = true
        TLSErrorQueue.clear()
    }

    /// Looks at the first byte and leaves it; nil while there is none.
    ///
    /// At the end of the stream it is one that OpenSSL is asked about, which finds the end.
    private func firstByte() -> UInt8? {
        var byte: UInt8 = 0
        let count = unsafe recv(state.pointee.descriptor, &byte, 1, Int32(MSG_PEEK))
        let cause = errno
        if count == 1 { return byte }
        return count < 0 && (cause == EAGAIN || cause == EINTR) ? nil : 0
    }
}
