import Glibc
import Synchronization
import Testing
import Waiting

@testable import Platform

/// Each runs in a process of its own: signals belong to the whole process.
@Suite struct SignalWatcherTests {
    @Test func `calls its function for each of its signals, and the process lives on`() async {
        await #expect(processExitsWith: .exitCode(7)) {
            let seen = Mutex<Set<ProcessSignal>>([])
            let watcher = SignalWatcher { signal in
                seen.withLock { seen in _ = seen.insert(signal) }
            }
            for number in [SIGTERM, SIGINT, SIGHUP] { kill(getpid(), number) }
            let deadline = Deadline("three signals")
            while seen.withLock({ seen in seen.count }) < 3 { try await deadline.pause() }
            withExtendedLifetime(watcher) {}
            exit(7)
        }
    }

    @Test func `a signal that is not watched keeps its effect`() async {
        await #expect(processExitsWith: .signal(SIGHUP)) {
            let watcher = SignalWatcher([.terminate]) { _ in }
            kill(getpid(), SIGHUP)
            try await Task.sleep(for: .seconds(60))
            withExtendedLifetime(watcher) {}
        }
    }

    @Test func `a signal has its usual effect again when the watcher is gone`() async {
        await #expect(processExitsWith: .signal(SIGTERM)) {
            do { _ = SignalWatcher([.terminate]) { _ in } }
            kill(getpid(), SIGTERM)
            try await Task.sleep(for: .seconds(60))
        }
    }

    @Test func `SIGHUP is ignored when the watcher is gone`() async {
        await #expect(processExitsWith: .exitCode(7)) {
            do { _ = SignalWatcher([.hangup]) { _ in } }
            kill(getpid(), SIGHUP)
            exit(7)
        }
    }

    @Test func `a broken pipe that is ignored does not end the process`() async {
        await #expect(processExitsWith: .exitCode(7)) {
            BrokenPipeSignal.ignore()
            kill(getpid(), SIGPIPE)
            exit(7)
        }
    }
}
