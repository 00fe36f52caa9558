#if PostgreSQL
import Glibc
import Platform

/// Waits until a socket is ready, a bell rings, or the time is up.
///
/// Only on a queue whose thread may wait: `poll` on two descriptors costs a microsecond, and there is
/// one connection to a thread.
enum SocketWait {
    /// What ended a wait.
    struct Outcome {
        let isReadable: Bool
        let isWritable: Bool
        let isRung: Bool

        var isTimedOut: Bool { !isReadable && !isWritable && !isRung }
    }

    /// Waits for the socket, if there is one; what failed counts as ready, since the next call says so.
    static func wait(
        for socket: Int32?,
        reading: Bool = true,
        writing: Bool = false,
        orBell bell: Bell?,
        until deadline: MonotonicInstant
    ) -> Outcome {
        let interest = (reading ? POLLIN : 0) | (writing ? POLLOUT : 0)
        // The kernel passes over negative descriptors.
        var watched = [
            pollfd(fd: socket ?? -1, events: Int16(interest), revents: 0),
            pollfd(fd: bell?.descriptor ?? -1, events: Int16(POLLIN), revents: 0),
        ]
        while true {
            let left = deadline - MonotonicClock.now
            // Rounded up: a wait of less than a millisecond would otherwise spin.
            let milliseconds = left > .zero ? left.nanosecondsClamped / 1_000_000 + 1 : 0
            let count = unsafe poll(&watched, nfds_t(watched.count), Int32(clamping: milliseconds))
            if count < 0, errno == EINTR { continue }
            if count == 0, MonotonicClock.now < deadline { continue }
            break
        }
        let ready = Int32(watched[0].revents)
        let isFailed = ready & (POLLERR | POLLHUP | POLLNVAL) != 0
        return Outcome(
            isReadable: isFailed || ready & POLLIN != 0,
            isWritable: isFailed && writing || ready & POLLOUT != 0,
            isRung: watched[1].revents != 0
        )
    }
}
#endif
