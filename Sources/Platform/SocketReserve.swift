import Glibc
import Synchronization

/// One descriptor kept back for the moment when the process has run out of them.
///
/// A level-triggered listener whose peers cannot be accepted is ready forever. Giving the
/// reserve up for a moment lets the peer be accepted and closed, so that it is told at once.
public final class SocketReserve: Sendable {
    private let descriptor: Mutex<Int32>

    /// Takes a descriptor into reserve.
    public init() { descriptor = Mutex(Self.open()) }

    deinit { descriptor.withLock { held in _ = close(held) } }

    /// Accepts and closes one waiting peer of `listener`, with the reserved descriptor.
    public func shed(_ listener: SocketListener) {
        descriptor.withLock { held in
            _ = close(held)
            // The peer is closed when its only reference ends, here.
            _ = listener.accept()
            held = Self.open()
        }
    }

    /// A descriptor of no use; -1, which closes harmlessly, when none is left.
    private static func open() -> Int32 {
        unsafe Glibc.open("/dev/null", O_RDONLY | O_CLOEXEC)
    }
}
