import Dispatch
import Glibc
import Synchronization

/// The signals by which an operator speaks to the server.
public enum ProcessSignal: Sendable, Hashable, CaseIterable {
    /// SIGTERM: drain and end.
    case terminate
    /// SIGINT, from the keyboard: the same.
    case interrupt
    /// SIGHUP: read the configuration again.
    case hangup

    var number: Int32 {
        switch self {
        case .terminate: SIGTERM
        case .interrupt: SIGINT
        case .hangup: SIGHUP
        }
    }
}

/// Calls a function on a queue of its own when the process gets a signal.
///
/// The function runs as ordinary code, not in signal context. While the watcher lives, its
/// signals do nothing else; afterwards they have their usual effect again, but for SIGHUP, which is
/// ignored: it asks for something to be read or opened again, and must not end a server that drains.
public final class SignalWatcher: Sendable {
    private let sources: [Source]

    /// Dispatch's sources are safe to cancel from any thread; libdispatch for Linux does not say
    /// so to the compiler.
    private struct Source: @unchecked Sendable {
        let source: any DispatchSourceSignal
        let number: Int32
    }

    /// Watches for `signals`, and returns once they are caught: until then each has its usual
    /// effect, so that none is lost.
    ///
    /// Not isolated to an actor: a handler made in an isolated context traps on the queue.
    public init(
        _ signals: [ProcessSignal] = ProcessSignal.allCases,
        handler: @escaping @Sendable (ProcessSignal) -> Void
    ) {
        let queue = DispatchQueue(label: "bindery.signals")
        let ready = DispatchGroup()
        sources = signals.map { signal in
            let source = DispatchSource.makeSignalSource(signal: signal.number, queue: queue)
            source.setEventHandler(handler: DispatchWorkItem { handler(signal) })
            ready.enter()
            source.setRegistrationHandler(handler: DispatchWorkItem { ready.leave() })
            source.activate()
            return Source(source: source, number: signal.number)
        }
        ready.wait()
    }

    deinit {
        for source in sources {
            source.source.cancel()
            _ = Glibc.signal(source.number, source.number == SIGHUP ? SIG_IGN : SIG_DFL)
        }
    }
}

/// How the process treats a pipe or socket whose reader is gone.
public enum BrokenPipeSignal {
    /// Ignores SIGPIPE for the whole process: libraries that write to sockets without
    /// `MSG_NOSIGNAL` then get an error instead of ending the server.
    public static func ignore() {
        _ = signal(SIGPIPE, SIG_IGN)
        // A file beyond `ulimit -f` is then an error of the write that reaches it, as a full disk is.
        _ = signal(SIGXFSZ, SIG_IGN)
    }
}
