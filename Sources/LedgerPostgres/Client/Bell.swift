#if PostgreSQL
import CShims
import Glibc

/// Wakes threads that wait for a socket, from any thread.
///
/// It stays rung until it is silenced, so that it also ends the waits that begin later.
final class Bell: Sendable {
    let descriptor: Int32

    init() {
        descriptor = bindery_eventfd()
        precondition(descriptor >= 0, "a process has descriptors for its journal")
    }

    deinit { _ = close(descriptor) }

    func ring() {
        // It fails only when the bell has rung 2^64 - 2 times unheard, and then it is rung.
        _ = eventfd_write(descriptor, 1)
    }

    func silence() {
        var rings: eventfd_t = 0
        _ = unsafe eventfd_read(descriptor, &rings)
    }
}
#endif
