import CShims
import Glibc

/// Wakes a loop that waits in its poller, from any thread.
public final class EventLoopWaker: Sendable {
    private let descriptor: Int32

    /// Makes a waker and watches it in `poller`; its events carry `token`.
    public init(poller: EventLoopPoller, token: UInt64) throws(SystemError) {
        descriptor = bindery_eventfd()
        guard descriptor >= 0 else { throw SystemError(operation: "eventfd", errno: errno) }
        try poller.add(descriptor, interest: .readable, token: token)
    }

    // Closing the last descriptor of an eventfd also takes it out of the epoll set.
    deinit { _ = close(descriptor) }

    /// Makes the loop's wait return; many calls before that are one event.
    public func wake() {
        // It can fail only when 2^64 - 2 wakes are pending, and then the loop wakes anyway.
        _ = eventfd_write(descriptor, 1)
    }

    /// Takes the wakes back; called by the loop before it reads what it was woken for.
    public func acknowledge() {
        var count: eventfd_t = 0
        _ = unsafe eventfd_read(descriptor, &count)
    }
}
