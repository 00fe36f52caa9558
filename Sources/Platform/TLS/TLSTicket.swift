import CShims

/// Which sessions a client may take up again by a ticket (RFC 8446 section 4.6.1, RFC 5077).
///
/// A ticket that is refused costs a client nothing but a full handshake, in which it shows the
/// certificate that it has now.
enum TLSTicket {
    /// Looks at every ticket that is made and taken in the context.
    static func watch(_ context: OpaquePointer) {
        unsafe _ = SSL_CTX_set_session_ticket_cb(context, tlsTicketMade, tlsTicketTaken, nil)
    }

    /// Ends a session that is resumed without a ticket when its client's certificate ends.
    static func bound(_ session: OpaquePointer, by certificate: TLSCertificate) {
        let rest = certificate.notAfter - now
        let seconds = max(1, min(TLSContext.sessionSecondsMax, rest))
        unsafe SSL_SESSION_set_timeout(SSL_get_session(session), seconds)
    }

    fileprivate static var now: Int { Int(WallClock.milliseconds() / 1000) }

    /// Notes in a ticket when its first handshake was, unless an earlier ticket has told.
    fileprivate static func note(_ session: OpaquePointer) {
        let ticket = unsafe SSL_get_session(session)
        guard unsafe begin(of: ticket) == nil else { return }
        let bytes = unsafe withUnsafeBytes(of: Int64(now).littleEndian) { unsafe Array($0) }
        unsafe _ = SSL_SESSION_set1_ticket_appdata(ticket, bytes, bytes.count)
    }

    /// Whether a ticket is good: its first handshake, in which the client proved who it is, was not too
    /// long ago, and the certificate that it showed then has not ended.
    fileprivate static func isGood(_ ticket: OpaquePointer?) -> Bool {
        guard let begin = unsafe begin(of: ticket), begin <= now,
            now - begin < TLSContext.sessionSecondsMax
        else { return false }
        guard let certificate = unsafe SSL_SESSION_get0_peer(ticket) else { return true }
        return unsafe X509_cmp_current_time(X509_get0_notAfter(certificate)) > 0
    }

    private static func begin(of ticket: OpaquePointer?) -> Int? {
        var data: UnsafeMutableRawPointer?
        var count = 0
        guard unsafe SSL_SESSION_get0_ticket_appdata(ticket, &data, &count) == 1,
            count == MemoryLayout<Int64>.size, let data = unsafe data
        else { return nil }
        return unsafe Int(Int64(littleEndian: data.loadUnaligned(as: Int64.self)))
    }
}

/// Called within a handshake, before a ticket is made.
private func tlsTicketMade(
    _ session: OpaquePointer?,
    _ user: UnsafeMutableRawPointer?
) -> Int32 {
    if let session = unsafe session { unsafe TLSTicket.note(session) }
    return 1
}

/// Called within a handshake, with a ticket that was decrypted or not.
private func tlsTicketTaken(
    _ session: OpaquePointer?,
    _ ticket: OpaquePointer?,
    _ name: UnsafePointer<UInt8>?,
    _ nameCount: Int,
    _ status: Int32,
    _ user: UnsafeMutableRawPointer?
) -> Int32 {
    switch status {
    case SSL_TICKET_SUCCESS where unsafe TLSTicket.isGood(ticket): SSL_TICKET_RETURN_USE
    case SSL_TICKET_SUCCESS_RENEW where unsafe TLSTicket.isGood(ticket):
        SSL_TICKET_RETURN_USE_RENEW
    case SSL_TICKET_FATAL_ERR_MALLOC, SSL_TICKET_FATAL_ERR_OTHER: SSL_TICKET_RETURN_ABORT
    default: SSL_TICKET_RETURN_IGNORE_RENEW
    }
}
