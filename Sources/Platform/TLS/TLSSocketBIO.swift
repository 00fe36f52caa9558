import CShims
import Glibc

/// How OpenSSL reads and writes a socket of ours.
///
/// Its own way is `write`, which sends SIGPIPE to the process when the peer is gone; this one
/// sends with `MSG_NOSIGNAL`. The descriptor is the socket's, which closes it.
enum TLSSocketBIO {
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

    /// One for the descriptor; nil when there is no memory for it.
    static func make(_ descriptor: Int32) -> OpaquePointer? {
        guard let bio = unsafe BIO_new(method) else { return nil }
        // The descriptor stands where a pointer would: one more than it, since nil is 0.
        unsafe BIO_set_data(bio, UnsafeMutableRawPointer(bitPattern: Int(descriptor) + 1))
        unsafe BIO_set_init(bio, 1)
        return unsafe bio
    }

    fileprivate static func descriptor(of bio: OpaquePointer?) -> Int32 {
        unsafe Int32(Int(bitPattern: BIO_get_data(bio)) - 1)
    }
}

private func tlsSocketRead(
    _ bio: OpaquePointer?,
    _ bytes: UnsafeMutablePointer<CChar>?,
    _ count: Int32
) -> Int32 {
    unsafe BIO_clear_flags(bio, Int32(bindery_bio_later))
    while true {
        let received = unsafe recv(TLSSocketBIO.descriptor(of: bio), bytes, Int(count), 0)
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
        let descriptor = unsafe TLSSocketBIO.descriptor(of: bio)
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
