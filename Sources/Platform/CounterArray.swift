import Glibc
import Synchronization

/// Numbers that only grow, side by side in memory: counted by any thread, read by any.
///
/// Adding is one instruction on the number itself: no lock, no allocation, no pointer to follow. The
/// memory comes zeroed from the kernel and takes no room before it is written, so that a table of
/// many numbers, of which few are ever counted, costs what those few cost.
@safe public final class CounterArray: Sendable {
    /// The most numbers of one array.
    public static let countMax = 1 << 22

    /// How many there are.
    public let count: Int

    // Owned by this object alone from `init` to `deinit`; within `count` each element is an atomic,
    // which any thread may touch. An atomic of an integer is laid out as the integer, so that zeroed
    // memory is one that holds zero.
    nonisolated(unsafe) private let numbers: UnsafeMutablePointer<Atomic<UInt64>>

    /// So many zeros.
    public init(count: Int) {
        precondition((1...Self.countMax).contains(count), "a bounded number of counters")
        let byteCount = MemoryLayout<Atomic<UInt64>>.stride
        guard let memory = unsafe calloc(count, byteCount) else {
            preconditionFailure("the system has memory for \(count) counters")
        }
        self.count = count
        unsafe numbers = unsafe memory.bindMemory(to: Atomic<UInt64>.self, capacity: count)
    }

    deinit { unsafe free(numbers) }

    /// Adds to a number; it goes on at zero after 2^64 - 1.
    public func add(_ amount: UInt64, at index: Int) {
        precondition(index >= 0 && index < count, "a counter of the array")
        _ = unsafe numbers[index].wrappingAdd(amount, ordering: .relaxed)
    }

    /// A number as it is now.
    public subscript(index: Int) -> UInt64 {
        precondition(index >= 0 && index < count, "a counter of the array")
        return unsafe numbers[index].load(ordering: .relaxed)
    }
}
