import Dispatch
import Foundation
public import Glibc
import Synchronization

/// How a test starts a process: Foundation's `Process` crashes when many threads start one, and learns
/// of the end by a socket that every grandchild inherits: a server that a script leaves behind is
/// then the script that never ends.
///
/// It inherits no file but the three streams, since whoever waits for the end of a pipe waits for
/// all who hold it. It ends with these tests, also when they are killed; what it started does not.
public struct Spawn: Sendable {
    /// Has the system kill the program when the thread ends that started it, and becomes the program.
    private static let launcher = ["/usr/bin/setpriv", "--pdeathsig", "KILL", "--"]

    private let command: [String]
    private let variables: [String: String]
    private let output: String
    private let errors: String

    /// A process to start.
    ///
    /// - Parameters:
    ///   - command: the program's path, and its arguments.
    ///   - variables: its environment, beside `PATH` and `HOME`.
    ///   - output: the file that its output stream is appended to; it has to be there.
    ///   - errors: the same of its error stream.
    public init(
        _ command: [String],
        variables: [String: String] = [:],
        output: String = "/dev/null",
        errors: String = "/dev/null"
    ) {
        let own = ProcessInfo.processInfo.environment.filter { ["PATH", "HOME"].contains($0.key) }
        self.command = command
        self.variables = own.merging(variables) { _, new in new }
        self.output = output
        self.errors = errors
    }

    /// Runs it to its end.
    ///
    /// - Throws: `TimeIsUp`, which names the command, after the patience; the process is ended then.
    public func finish(within patience: Duration = Wait.patience) throws -> ProcessEnding {
        let id = try run()
        let name = command.joined(separator: " ")
        do {
            return try ProcessEnding(of: id, "the end of \(name)", within: patience)
        } catch {
            kill(id, SIGKILL)
            _ = try ProcessEnding(of: id, "the end of the killed \(name)")
            throw error
        }
    }

    /// Starts the process; its id, for the caller to reap.
    ///
    /// It inherits no signal mask: the threads that tests run on block most signals.
    public func run() throws -> pid_t {
        let start = Start()
        // The death that the system looks at is the thread's: one of a pool may end at any time.
        Thread.detachNewThread {
            let outcome = Result { try self.start() }
            start.outcome.withLock { $0 = outcome }
            start.isOver.signal()
            if case .success(let id) = outcome { Self.stay(with: id) }
        }
        start.isOver.wait()
        guard let outcome = start.outcome.withLock({ $0 }) else {
            throw SpawnError(what: "no thread to start it on")
        }
        return try outcome.get()
    }

    private final class Start: Sendable {
        let outcome = Mutex<Result<pid_t, any Error>?>(nil)
        let isOver = DispatchSemaphore(value: 0)
    }

    /// Blocks until the process has ended, and leaves its ending to be read.
    private static func stay(with id: pid_t) {
        var ending = unsafe siginfo_t()
        while unsafe waitid(P_PID, id_t(id), &ending, WEXITED | WNOWAIT) != 0, errno == EINTR {}
    }

    private func start() throws -> pid_t {
        var actions = unsafe posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        unsafe posix_spawn_file_actions_init(&actions)
        unsafe posix_spawnattr_init(&attributes)
        defer {
            unsafe posix_spawn_file_actions_destroy(&actions)
            unsafe posix_spawnattr_destroy(&attributes)
        }
        unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        for (descriptor, path) in [(STDOUT_FILENO, output), (STDERR_FILENO, errors)] {
            let flags = O_WRONLY | O_APPEND
            unsafe posix_spawn_file_actions_addopen(&actions, descriptor, path, flags, 0)
        }
        try unsafe Self.addCloseFrom(STDERR_FILENO + 1, to: &actions)
        var (none, all) = (sigset_t(), sigset_t())
        unsafe sigemptyset(&none)
        unsafe sigfillset(&all)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        unsafe posix_spawnattr_setsigdefault(&attributes, &all)
        let flags = Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF)
        unsafe posix_spawnattr_setflags(&attributes, flags)

        let words = Self.launcher + command
        var arguments = unsafe words.map { unsafe strdup($0) } + [nil]
        var environment = unsafe variables.map { unsafe strdup("\($0.key)=\($0.value)") } + [nil]
        defer {
            for index in unsafe arguments.indices { unsafe free(arguments[index]) }
            for index in unsafe environment.indices { unsafe free(environment[index]) }
        }
        var id: pid_t = 0
        let failure = unsafe posix_spawn(
            &id,
            words[0],
            &actions,
            &attributes,
            &arguments,
            &environment
        )
        guard failure == 0 else { throw SpawnError(what: "\(command[0]): error \(failure)") }
        return id
    }

    /// Has the process close all files from a descriptor on.
    ///
    /// By its name, since the header hides it from what asks for plain POSIX.
    private static func addCloseFrom(
        _ descriptor: Int32,
        to actions: UnsafeMutablePointer<posix_spawn_file_actions_t>
    ) throws {
        typealias Function =
            @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, Int32) -> Int32
        let name = "posix_spawn_file_actions_addclosefrom_np"
        guard let symbol = unsafe dlsym(nil, name) else { throw SpawnError(what: "no \(name)") }
        let function = unsafe unsafeBitCast(symbol, to: Function.self)
        guard unsafe function(actions, descriptor) == 0 else { throw SpawnError(what: name) }
    }
}

/// A process could not be started.
public struct SpawnError: Error {
    /// What was missing.
    public let what: String
}
