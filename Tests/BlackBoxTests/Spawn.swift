import Glibc

/// How a process is started: Foundation's `Process` crashes when many threads start one.
struct Spawn {
    let command: [String]
    let variables: [String: String]
    /// The files that its output and error streams are appended to.
    let output: String
    let errors: String

    /// Starts the process; its id.
    ///
    /// It inherits no signal mask: the threads that tests run on block most signals.
    func run() throws -> pid_t {
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
        var (none, all) = (sigset_t(), sigset_t())
        unsafe sigemptyset(&none)
        unsafe sigfillset(&all)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        unsafe posix_spawnattr_setsigdefault(&attributes, &all)
        let flags = Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF)
        unsafe posix_spawnattr_setflags(&attributes, flags)

        var arguments = unsafe command.map { unsafe strdup($0) } + [nil]
        var environment = unsafe variables.map { unsafe strdup("\($0.key)=\($0.value)") } + [nil]
        defer {
            for index in unsafe arguments.indices { unsafe free(arguments[index]) }
            for index in unsafe environment.indices { unsafe free(environment[index]) }
        }
        var id: pid_t = 0
        let failure = unsafe posix_spawn(
            &id,
            command[0],
            &actions,
            &attributes,
            &arguments,
            &environment
        )
        guard failure == 0 else { throw Missing(what: "\(command[0]): error \(failure)") }
        return id
    }
}
