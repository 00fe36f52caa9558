import Platform
import Synchronization

/// The master keys, read at the start and again when they have changed.
///
/// A file is read again when a value is met whose key is not known: on another replica the operator
/// has put a new key first, and this one has the file already. What can't be read changes nothing.
final class MasterKeys: Sendable {
    /// Where the keys are kept.
    enum Place: Sendable, Hashable {
        case file(String)
        /// A variable of the environment, which does not change while the process lives.
        case variable(String)
    }

    /// How long a key that nobody knows is not looked for again.
    static let readInterval = Duration.seconds(2)

    /// How long the file is not looked at by those who seal.
    static let lookInterval = Duration.seconds(10)

    private let place: Place
    private let failure: Mutex<String?> = Mutex(nil)
    private let ring: Mutex<MasterKeyRing>
    private let readAt: Mutex<MonotonicInstant?> = Mutex(nil)

    /// Reads the keys; blocking, for the start.
    ///
    /// - Throws: What is wrong, without anything of the keys.
    init(at place: Place) throws(MasterKeyRing.Failure) {
        self.place = place
        let text: SecretBytes
        switch place {
        case .variable(let name):
            guard var bytes = SecretEnvironment.bytes(of: name) else {
                throw MasterKeyRing.Failure(detail: "the variable \(name) is not set")
            }
            text = SecretBytes(wiping: &bytes)
        case .file(let path):
            do throws(SecretFile.Failure) {
                text = try SecretFile.readBlocking(path)
            } catch {
                throw MasterKeyRing.Failure(detail: Self.words(error, path))
            }
        }
        ring = Mutex(try MasterKeyRing(reading: text))
    }

    /// The key that seals, after a look whether the file has another first one by now: so a server
    /// that nobody told of a new key seals under it all the same.
    ///
    /// A file that can't be read leaves the key what it was: it is known to be a good one.
    func sealingKey() async -> MasterKey {
        let now = MonotonicClock.now
        let isDue = readAt.withLock { readAt in
            if let last = readAt, now - last < Self.lookInterval { return false }
            readAt = now
            return true
        }
        if isDue {
            do throws(MasterKeyRing.Failure) {
                try await reload()
                failure.withLock { $0 = nil }
            } catch {
                failure.withLock { $0 = error.detail }
            }
        }
        return current.first
    }

    /// Why the file could not be read when it was looked at last; nil when it could.
    var lastFailure: String? { failure.withLock { $0 } }

    /// The keys as they were read last.
    var current: MasterKeyRing { ring.withLock { $0 } }

    /// Reads the file again.
    ///
    /// - Throws: What is wrong; the keys stay what they were.
    func reload() async throws(MasterKeyRing.Failure) {
        guard case .file(let path) = place else { return }
        let text: SecretBytes
        do throws(SecretFile.Failure) {
            text = try await SecretFile.read(path)
        } catch {
            throw MasterKeyRing.Failure(detail: Self.words(error, path))
        }
        let read = try MasterKeyRing(reading: text)
        ring.withLock { $0 = read }
    }

    /// The key with this id, which may have come into the file a moment ago.
    ///
    /// - Throws: Why the file can't be read again, when it had to be.
    func key(_ id: String) async throws(MasterKeyRing.Failure) -> MasterKey? {
        if let key = current.key(id) { return key }
        let now = MonotonicClock.now
        let mayRead = readAt.withLock { readAt in
            if let last = readAt, now - last < Self.readInterval { return false }
            readAt = now
            return true
        }
        if mayRead { try await reload() }
        return current.key(id)
    }

    private static func words(_ failure: SecretFile.Failure, _ path: String) -> String {
        switch failure {
        case .notFound: "there is no file \(path)"
        case .denied: "the file \(path) may not be read"
        case .tooLarge: "the file \(path) has more than \(SecretFile.byteCountMax) bytes"
        case .system(let error): "the file \(path) can't be read: \(error.message)"
        }
    }
}
