import CShims
import Glibc

/// How OpenSSL reads and writes a socket of ours.
///
/// Its own way is `write`, which sends SIGPIPE to the process when the peer is gone; this one
/// sends with `MSG_NOSIGNAL`. The descriptor is the socket's, which closes it.
///
/// A call of OpenSSL reads on for as long as bytes come that are no data of the application, such as
/// changes of keys (RFC 8446 section 4.6.3). So that a peer that sends nothing else cannot hold the
/// loop, reads are rationed: when the ration is used up, it looks as if nothing more had come, and
/// the poller, which knows better, brings the peer its next turn.
enum TLSSocketBIO {
    /// What a BIO knows of its socket.
    struct State {
        let descriptor: Int32
        /// How many reads are left of this turn's ration.
        var readCountLeft: Int
    }

    /// The reads of one turn: each takes up to a record, so these fill the loop's buffer twice.
    static let readCountMax = 8

    /// The functions, made once and never freed; OpenSSL only reads them.
    nonisolated(unsafe) private static let method: OpaquePointer = {
        let type = BIO_get_new_index() | Int32(bindery_bio_type)
        guard let method = unsafe BIO_meth_new(type, "bindery socket") else {
            preconditionFailure("there is memory for a table of functions")
        }
        unsafe BIO_meth_set_read(method, tlsSocketRead)
        unsafe BIO_meth_set_write(method, tlsSocketWrite)
        unsafe BIO_meth_set_ctrl(method, tlsSocketControl)
        return unsafe method
    }()

    /// One for the socket, whose state outlives it; nil when there is no memory for it.
    static func make(_ state: UnsafeMutablePointer<State>) -> OpaquePointer? {
        guard let bio = unsafe BIO_new(method) else { return nil }
        unsafe BIO_set_data(bio, state)
        unsafe BIO_set_init(bio, 1)
        return unsafe bio
    }

    fileprivate static func state(of bio: OpaquePointer?) -> UnsafeMutablePointer<State> {
        guard let data = unsafe BIO_get_data(bio) else {
            preconditionFailure("a BIO has its state for as long as it lives")
        }
        return unsafe data.assumingMemoryBound(to: State.self)
    }
}

private func tlsSocketRead(
    _ bio: OpaquePointer?,
    _ bytes: UnsafeMutablePointer<CChar>?,
    _ count: Int32
) -> Int32 {
    unsafe BIO_clear_flags(bio, Int32(bindery_bio_later))
    let state = unsafe TLSSocketBIO.state(of: bio)
    guard unsafe state.pointee.readCountLeft > 0 else {
        unsafe BIO_set_flags(bio, Int32(bindery_bio_read_later))
        return -1
    }
    unsafe state.pointee.readCountLeft -= 1
    while true {
        let received = unsafe recv(state.pointee.descriptor, bytes, Int(count), 0)
        let cause = errno
        if received > 0 { return Int32(received) }
        if received == 0 {
            unsafe BIO_set_flags(bio, Int32(bindery_bio_is_ended))
            return 0
        }
        if cause == EINTR { continue }
        if cause == EAGAIN { unsafe BIO_set_flags(bio, Int32(bindery_bio_read_later)) }
        return -1
    }
}

private func tlsSocketWrite(
    _ bio: OpaquePointer?,
    _ bytes: UnsafePointer<CChar>?,
    _ count: Int32
) -> Int32 {
    unsafe BIO_clear_flags(bio, Int32(bindery_bio_later))
    while true {
        let descriptor = unsafe TLSSocketBIO.state(of: bio).pointee.descriptor
        let sent = unsafe send(descriptor, bytes, Int(count), Int32(MSG_NOSIGNAL))
        let cause = errno
        if sent >= 0 { return Int32(sent) }
        if cause == EINTR { continue }
        if cause == EAGAIN { unsafe BIO_set_flags(bio, Int32(bindery_bio_write_later)) }
        return -1
    }
}

private func tlsSocketControl(
    _ bio: OpaquePointer?,
    _ command: Int32,
    _ number: Int,
    _ pointer: UnsafeMutableRawPointer?
) -> Int {
    switch command {
    // Nothing is held back.
    case Int32(bindery_bio_flush): 1
    case Int32(bindery_bio_eof):
        unsafe BIO_test_flags(bio, Int32(bindery_bio_is_ended)) != 0 ? 1 : 0
    default: 0
    }
}
