import Glibc

/// The file of a listening Unix-domain socket, removed with its listener.
struct UnixSocketFile: Sendable {
    let path: String
    /// What was bound; another file that took its place since is not ours to remove.
    let device: UInt
    let node: UInt

    /// Looks at the file that was just bound.
    init(_ path: String) throws(SystemError) {
        var status = stat()
        _ = try FileCall.retrying("look at \(path)") { unsafe lstat(path, &status) }
        (self.path, device, node) = (path, UInt(status.st_dev), UInt(status.st_ino))
    }

    /// Removes the file, if it is still the one that was bound.
    func remove() {
        var status = stat()
        guard unsafe lstat(path, &status) == 0, UInt(status.st_dev) == device,
            UInt(status.st_ino) == node
        else { return }
        // Whoever removed it meanwhile did what was wanted.
        _ = unsafe unlink(path)
    }
}

extension SocketListener {
    /// Binds a Unix-domain socket and listens.
    ///
    /// A socket that a process left behind when it was killed is removed first: one on which
    /// nobody answers. Its own file goes when listening ends.
    ///
    /// - Throws: `EADDRINUSE` when a process listens there; `EEXIST` when the file is no socket;
    ///   what the file system says when the socket cannot be made.
    public convenience init(unix path: UnixSocketPath) throws(SystemError) {
        try Self.removeStale(path)
        let descriptor = try Self.makeSocket()
        do throws(SystemError) {
            let file = try Self.listen(descriptor, on: path)
            self.init(adopting: descriptor, address: .unixPeer, file: file)
        } catch {
            _ = close(descriptor)
            throw error
        }
    }

    private static func makeSocket() throws(SystemError) -> Int32 {
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        return try FileCall.retrying("socket") {
            socket(AF_UNIX, type | Int32(SOCK_NONBLOCK.rawValue), 0)
        }
    }

    private static func listen(
        _ descriptor: Int32,
        on path: UnixSocketPath
    ) throws(SystemError) -> UnixSocketFile {
        // Before the file is there: Linux gives it the mode of its descriptor, so that at no time
        // others may connect. The process's umask takes bits away; afterwards they are given back.
        _ = try FileCall.retrying("set the mode of \(path)") { fchmod(descriptor, path.mode) }
        var storage = SocketStorage(path)
        _ = try FileCall.retrying("bind \(path)") {
            unsafe storage.withPointer { address, length in
                unsafe bind(descriptor, address, length.pointee)
            }
        }
        let file = try UnixSocketFile(path.path)
        do throws(SystemError) {
            _ = try FileCall.retrying("set the mode of \(path)") {
                unsafe chmod(path.path, path.mode)
            }
            _ = try FileCall.retrying("listen \(path)") { Glibc.listen(descriptor, backlogMax) }
        } catch {
            file.remove()
            throw error
        }
        return file
    }

    /// Removes a socket on which nobody answers.
    private static func removeStale(_ path: UnixSocketPath) throws(SystemError) {
        var status = stat()
        guard unsafe lstat(path.path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFSOCK else {
            throw SystemError(operation: "bind \(path), which is no socket", errno: EEXIST)
        }
        do throws(SystemError) {
            _ = try SocketPeer(connectingTo: path)
        } catch {
            guard error.errno == ECONNREFUSED else { throw error }
            _ = try FileCall.retrying("remove the stale socket \(path)") {
                unsafe unlink(path.path)
            }
            return
        }
        throw SystemError(operation: "bind \(path)", errno: EADDRINUSE)
    }
}

extension SocketPeer {
    /// Connects to a Unix-domain socket, as a health check or a test does.
    ///
    /// - Throws: `ECONNREFUSED` when nobody listens there; `ENOENT` when there is no such file.
    public convenience init(connectingTo path: UnixSocketPath) throws(SystemError) {
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = try FileCall.retrying("socket") {
            // Not blocking: a listener whose backlog is full answers EAGAIN, and is alive.
            socket(AF_UNIX, type | Int32(SOCK_NONBLOCK.rawValue), 0)
        }
        var storage = SocketStorage(path)
        do throws(SystemError) {
            _ = try FileCall.retrying("connect \(path)") {
                unsafe storage.withPointer { address, length in
                    unsafe connect(descriptor, address, length.pointee)
                }
            }
        } catch {
            _ = close(descriptor)
            throw error
        }
        self.init(adopting: descriptor, address: .unixPeer)
    }
}
