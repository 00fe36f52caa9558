import CShims
import Dispatch

/// A serial Dispatch queue whose only work is one blocking loop.
///
/// A queue made by label gets a thread beyond Dispatch's usual pool, so a loop that blocks for
/// its whole life takes no thread away from anyone.
public struct EventLoopQueue: Sendable {
    private let queue: DispatchQueue

    /// How many processors the process may run on; at least one.
    public static var processorCount: Int { max(1, Int(bindery_processor_count())) }

    /// Names the queue, for debuggers and crash texts.
    public init(label: String) {
        queue = DispatchQueue(label: label, qos: .userInitiated)
    }

    /// Runs `loop` on the queue; returns at once.
    ///
    /// Not isolated to an actor: a Dispatch block made in an isolated context traps on the queue.
    public func run(_ loop: @escaping @Sendable () -> Void) {
        queue.async(execute: DispatchWorkItem(block: loop))
    }
}
