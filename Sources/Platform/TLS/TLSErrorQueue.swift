import CShims

/// OpenSSL's list of errors, one for each thread.
enum TLSErrorQueue {
    /// Empties it: OpenSSL judges a call by what stands in it, also what an earlier call left.
    static func clear() { ERR_clear_error() }

    /// The reason of the newest error, in OpenSSL's words; never holds data of a file or a peer.
    static func newestReason() -> String {
        guard let text = unsafe ERR_reason_error_string(ERR_peek_last_error()) else {
            return "no reason is known"
        }
        return unsafe String(cString: text)
    }

    /// Whether the newest error is this one of the library for PEM files.
    static func isNewest(pem reason: Int32) -> Bool {
        let error = ERR_peek_last_error()
        return bindery_tls_library(error) == ERR_LIB_PEM && bindery_tls_reason(error) == reason
    }
}
