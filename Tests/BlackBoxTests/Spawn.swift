import Dispatch
import Foundation
import Glibc
import Synchronization

/// How a process is started: Foundation's `Process` crashes when many threads start one.
///
/// It inherits no file but the three streams, since whoever waits for the end of a pipe waits for
/// all who hold it. It ends with these tests, also when they are killed.
struct Spawn {
    /// Has the system kill the program when the thread ends that started it, and becomes the program.
    private static let launcher = ["/usr/bin/setpriv", "--pdeathsig", "KILL", "--"]

    let command: [String]
    let variables: [String: String]
    /// The files that its output and error streams are appended to.
    let output: String
    let errors: String

    /// Starts the process; its id.
    ///
    /// It inherits no signal mask: the threads that tests run on block most signals.
    func run() throws -> pid_t {
        let start = Start()
        // The death that the system looks at is the thread's: one of a pool may end at any time.
        Thread.detachNewThread {
            let outcome = Result { try self.start() }
            start.outcome.withLock { $0 = outcome }
            start.isOver.signal()
            if case .success(let id) = outcome { Self.stay(with: id) }
        }
        start.isOver.wait()
        guard let outcome = start.outcome.withLock({ $0 }) else { throw Missing(what: "a thread") }
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
        guard failure == 0 else { throw Missing(what: "\(command[0]): error \(failure)") }
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
        guard let symbol = unsafe dlsym(nil, name) else { throw Missing(what: name) }
        let function = unsafe unsafeBitCast(symbol, to: Function.self)
        guard unsafe function(actions, descriptor) == 0 else { throw Missing(what: name) }
    }
}
