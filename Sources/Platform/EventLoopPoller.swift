import CShims
import Glibc

/// What a descriptor is watched for, or is ready for.
public struct Readiness: OptionSet, Sendable, Hashable {
    /// The kernel's event bits.
    public let rawValue: UInt32

    /// Wraps event bits.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Bytes, or the end of the stream, can be read.
    public static let readable = Readiness(rawValue: UInt32(bindery_readable))
    /// Bytes can be written.
    public static let writable = Readiness(rawValue: UInt32(bindery_writable))
    /// The connection failed; always reported.
    public static let failed = Readiness(rawValue: UInt32(bindery_failed))
    /// The connection failed or both its directions ended; always reported, watched for or not.
    public static let broken = Readiness(
        rawValue: UInt32(bindery_failed) | UInt32(bindery_hung_up)
    )
}

/// A level-triggered epoll set: the descriptors that one loop watches.
///
/// `wait` belongs to the loop's thread; the other calls are safe from any, as in the kernel.
public final class EventLoopPoller: Sendable {
    /// The events of one wait, in a buffer that is used again.
    public struct Events: Sendable {
        fileprivate var slots = [bindery_event](
            repeating: bindery_event(),
            count: Int(bindery_event_count_max)
        )
        /// How many events the last wait brought.
        public fileprivate(set) var count = 0

        /// Room for the events of one wait.
        public init() {}

        /// The token that the descriptor was added with.
        public func token(_ index: Int) -> UInt64 { slots[index].token }
        /// What the descriptor is ready for.
        public func readiness(_ index: Int) -> Readiness {
            Readiness(rawValue: slots[index].readiness)
        }
    }

    private let descriptor: Int32

    /// Makes an empty set.
    public init() throws(SystemError) {
        descriptor = bindery_epoll_create()
        guard descriptor >= 0 else { throw SystemError(operation: "epoll_create", errno: errno) }
    }

    deinit { _ = close(descriptor) }

    /// Watches a descriptor; its events carry `token`.
    ///
    /// The owner removes it before it closes the descriptor.
    public func add(
        _ watched: Int32,
        interest: Readiness,
        token: UInt64
    ) throws(SystemError) {
        guard bindery_epoll_add(descriptor, watched, interest.rawValue, token) == 0 else {
            throw SystemError(operation: "epoll_ctl add", errno: errno)
        }
    }

    /// Changes what a watched descriptor is watched for.
    public func change(_ watched: Int32, interest: Readiness, token: UInt64) {
        let status = bindery_epoll_change(descriptor, watched, interest.rawValue, token)
        precondition(status == 0, "a descriptor is changed while it is watched")
    }

    /// Stops watching a descriptor.
    public func remove(_ watched: Int32) {
        let status = bindery_epoll_remove(descriptor, watched)
        precondition(status == 0, "a descriptor is removed while it is watched")
    }

    /// Waits for events: forever without a timeout, else at least that long when none comes.
    public func wait(into events: inout Events, timeout: Duration?) {
        let milliseconds = timeout.map(Self.millisecondsRoundedUp) ?? -1
        let count = unsafe events.slots.withUnsafeMutableBufferPointer { slots in
            unsafe bindery_epoll_wait(descriptor, slots.baseAddress, milliseconds)
        }
        // A signal interrupts the wait: that is a wait without events.
        precondition(count >= 0 || errno == EINTR, "the epoll set is open while it is waited on")
        events.count = max(0, Int(count))
    }

    private static func millisecondsRoundedUp(_ duration: Duration) -> Int32 {
        let nanoseconds = max(0, duration.nanosecondsClamped)
        return Int32(clamping: (nanoseconds + 999_999) / 1_000_000)
    }
}
