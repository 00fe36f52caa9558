import Dispatch

/// A value that only its own queue touches: work on it may block, as file work does.
///
/// Work runs one piece after another on a thread of Dispatch, so that the cooperative threads of Swift
/// and the event loops are never held up.
public actor FileQueue<State> {
    private var state: State
    private let executor: FileExecutor

    /// The queue's own executor.
    public nonisolated var unownedExecutor: UnownedSerialExecutor {
        // The actor keeps its executor alive for as long as it can be asked for it.
        unsafe executor.asUnownedSerialExecutor()
    }

    /// The queue, for tasks that mostly wait for it: what they do runs on its thread, so that
    /// calling `run` and going on behind it changes no thread.
    public nonisolated var taskExecutor: any TaskExecutor { executor }

    /// A queue that owns `state`; debuggers show the `label`.
    public init(label: String, _ state: sending State) {
        self.state = state
        executor = FileExecutor(label: label)
    }

    /// Does `work` on the value after all that was asked for before.
    public func run<Value: Sendable, Failure: Error>(
        _ work: @Sendable (inout State) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        try work(&state)
    }
}

/// Runs an actor's jobs, and those of tasks that prefer it, on a serial Dispatch queue.
private final class FileExecutor: SerialExecutor, TaskExecutor {
    private let queue: DispatchQueue

    init(label: String) {
        queue = DispatchQueue(label: label)
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        // The job is run exactly once, and the block keeps the executor alive until then.
        queue.async {
            unsafe job.runSynchronously(
                isolatedTo: self.asUnownedSerialExecutor(),
                taskExecutor: self.asUnownedTaskExecutor()
            )
        }
    }

    func checkIsolated() {
        dispatchPrecondition(condition: .onQueue(queue))
    }
}
