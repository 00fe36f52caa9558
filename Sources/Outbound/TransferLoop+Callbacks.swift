import CShims

/// What libcurl asks of its event loop; on the loop's thread, inside of a call that the loop made.
extension TransferLoop {
    func installCallbacks() {
        // The loop outlives the multi handle, which `run` frees at its end.
        let user = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe shim_curl_multi_set_socket_callback(
            multi,
            { _, descriptor, interest, user, _ in
                unsafe TransferLoop.from(user).poller.watch(descriptor, interest)
                return 0
            },
            user
        )
        unsafe shim_curl_multi_set_timer_callback(
            multi,
            { _, milliseconds, user in
                unsafe TransferLoop.from(user).setTimer(milliseconds)
                return 0
            },
            user
        )
    }

    /// Notes when libcurl wants to be called: never for a negative time, at once for zero.
    private func setTimer(_ milliseconds: Int) {
        guard milliseconds > 0 else {
            timer = milliseconds < 0 ? nil : .now
            return
        }
        // One more than asked for: called too early by a fraction, libcurl does not ask again.
        timer = .now + .milliseconds(milliseconds + 1)
    }

    private static func from(_ user: UnsafeMutableRawPointer?) -> TransferLoop {
        guard let user = unsafe user else { preconditionFailure("libcurl hands back its pointer") }
        return unsafe Unmanaged<TransferLoop>.fromOpaque(user).takeUnretainedValue()
    }
}
