import CShims
import Glibc

/// An epoll instance, and a bell that wakes who waits on it from any thread.
///
/// Without locks: `ring` is one system call, and all else belongs to the loop's thread. It forgives
/// what the server's own poller treats as a bug, since libcurl decides when sockets close.
final class SocketPoller: Sendable {
    /// A socket that is ready, in libcurl's words.
    struct Event {
        let descriptor: curl_socket_t
        let mask: Int32
    }

    private static let bellToken = UInt64.max

    private let epoll: Int32
    private let bell: Int32

    init() throws(OutboundSetupError) {
        epoll = bindery_epoll_create()
        bell = bindery_eventfd()
        guard epoll >= 0, bell >= 0,
            bindery_epoll_add(epoll, bell, UInt32(bindery_readable), Self.bellToken) == 0
        else { throw .system("no descriptors for a client") }
    }

    deinit {
        if epoll >= 0 { close(epoll) }
        if bell >= 0 { close(bell) }
    }

    /// Wakes the thread that waits, or makes its next wait short.
    func ring() {
        // It fails only when the bell has rung 2^64 - 2 times unheard.
        _ = eventfd_write(bell, 1)
    }

    /// Waits for sockets, the bell or the time; nil waits without an end.
    func wait(_ timeout: Duration?) -> [Event] {
        var ready = [bindery_event](
            repeating: bindery_event(),
            count: Int(bindery_event_count_max)
        )
        let milliseconds = timeout.map { Int32(clamping: $0.milliseconds) } ?? -1
        let count = unsafe bindery_epoll_wait(epoll, &ready, milliseconds)
        // Interrupted by a signal is no event; the loop comes back.
        guard count > 0 else { return [] }
        var events: [Event] = []
        for event in ready[..<Int(count)] {
            if event.token == Self.bellToken {
                var rings: eventfd_t = 0
                _ = unsafe eventfd_read(bell, &rings)
            } else {
                let descriptor = curl_socket_t(truncatingIfNeeded: event.token)
                events.append(Event(descriptor: descriptor, mask: Self.mask(event.readiness)))
            }
        }
        return events
    }

    /// Watches a socket for what libcurl is interested in (`CURL_POLL_…`), or no longer.
    ///
    /// When the kernel has no room for another watch, the socket's transfer ends by its timeout.
    func watch(_ descriptor: curl_socket_t, _ interest: Int32) {
        guard interest != CURL_POLL_REMOVE else {
            // Fails when the socket is closed already, which is as well.
            _ = bindery_epoll_remove(epoll, descriptor)
            return
        }
        var events: UInt32 = 0
        if interest != CURL_POLL_OUT { events |= UInt32(bindery_readable) }
        if interest != CURL_POLL_IN { events |= UInt32(bindery_writable) }
        let token = UInt64(descriptor)
        if bindery_epoll_change(epoll, descriptor, events, token) != 0 {
            _ = bindery_epoll_add(epoll, descriptor, events, token)
        }
    }

    private static func mask(_ readiness: UInt32) -> Int32 {
        var mask: Int32 = 0
        if readiness & UInt32(bindery_readable) != 0 { mask |= CURL_CSELECT_IN }
        if readiness & UInt32(bindery_writable) != 0 { mask |= CURL_CSELECT_OUT }
        if readiness & UInt32(bindery_failed | bindery_hung_up) != 0 { mask |= CURL_CSELECT_ERR }
        return mask
    }
}
