import Platform
import Synchronization

/// The keys of an issuer, as they were read last.
///
/// They are read at intervals, whoever needs them, and when a token names one that is not among them:
/// then once for all who wait, and not oftener than the source allows. While they can't be read they
/// go on, for a bounded time; then there are none.
final class KeyRing: Sendable {
    /// The most requests that wait for a read at one time; beyond, a request is answered at once.
    static let waiterCountMax = 256
    /// How long after a read that failed the next one follows, at first.
    static let retryMin = Duration.seconds(1)
    /// The longest wait between reads that fail.
    static let retryMax = Duration.seconds(60)

    /// The keys at one moment.
    struct Held: Sendable {
        let set: KeySet
        /// Another number for another set.
        let generation: UInt64
        /// Until when they go on if they are not read again.
        let until: MonotonicInstant
    }

    private struct State {
        var set: KeySet?
        var bytes: [UInt8] = []
        var readAt = MonotonicInstant(nanoseconds: 0)
        var generation: UInt64 = 0
        /// When a token asked for a read last.
        var askedAt: MonotonicInstant?
        var waiterCount = 0
        var reading: Task<Void, Never>?
        var failure: String?
        var failuresInRow = 0
        var readCount: UInt64 = 0
        var failureCount: UInt64 = 0
    }

    private let source: any KeySource
    private let staleMax: Duration
    private let now: @Sendable () -> MonotonicInstant
    private let tell: @Sendable (KeyEvent) -> Void
    private let state = Mutex(State())

    init(
        _ source: any KeySource,
        staleMax: Duration,
        now: @escaping @Sendable () -> MonotonicInstant,
        tell: @escaping @Sendable (KeyEvent) -> Void
    ) {
        self.source = source
        self.staleMax = staleMax
        self.now = now
        self.tell = tell
    }

    /// The keys; nil when none were read, or not for too long.
    var held: Held? {
        let now = now()
        return state.withLock { state in
            guard let set = state.set else { return nil }
            let until = state.readAt + staleMax
            guard now < until else { return nil }
            return Held(set: set, generation: state.generation, until: until)
        }
    }

    /// A number that changes with the keys.
    var generation: UInt64 { state.withLock { $0.generation } }

    /// The read that a request waits for (`wait(for:)`); nil when it may not wait.
    ///
    /// It begins, or has begun, before this returns: whoever comes late to wait for it asks for no
    /// other one.
    func readForWaiter() -> Task<Void, Never>? {
        let now = now()
        return state.withLock { state in
            guard state.waiterCount < Self.waiterCountMax else { return nil }
            if state.reading == nil {
                if let asked = state.askedAt, now < asked + source.askedInterval { return nil }
                state.askedAt = now
            }
            state.waiterCount += 1
            return reading(in: &state)
        }
    }

    /// Waits for what `readForWaiter` answered.
    func wait(for read: Task<Void, Never>) async {
        await read.value
        state.withLock { $0.waiterCount -= 1 }
    }

    /// Reads; whoever asks meanwhile waits for the same read.
    func read() async {
        await state.withLock { reading(in: &$0) }.value
    }

    /// The read that is under way, or a new one.
    private func reading(in state: inout sending State) -> Task<Void, Never> {
        if let reading = state.reading { return reading }
        let task = Task { await readNow() }
        state.reading = task
        return task
    }

    private func readNow() async {
        let outcome: Result<KeySet?, KeySourceError>
        var bytes: [UInt8] = []
        do throws(KeySourceError) {
            if let text = try await source.read() {
                bytes = text
                outcome = .success(try Self.set(text))
            } else {
                outcome = .success(nil)
            }
        } catch {
            await source.forget()
            outcome = .failure(error)
        }
        if let event = finish(outcome, bytes, at: now()) { tell(event) }
    }

    private static func set(_ text: [UInt8]) throws(KeySourceError) -> KeySet {
        do throws(KeySet.Defect) {
            return try KeySet(text)
        } catch {
            throw KeySourceError(detail: "what was read \(error.detail)")
        }
    }

    /// Takes over what was read; answers what the operator should know, if there is news.
    private func finish(
        _ outcome: Result<KeySet?, KeySourceError>,
        _ bytes: [UInt8],
        at now: MonotonicInstant
    ) -> KeyEvent? {
        state.withLock { state in
            state.reading = nil
            state.readCount += 1
            switch outcome {
            case .failure(let error):
                state.failureCount += 1
                state.failuresInRow += 1
                defer { state.failure = error.detail }
                return state.failure == error.detail ? nil : .failed(error.detail)
            case .success(let set):
                let isNew = set != nil && (state.set == nil || state.bytes != bytes)
                let isBetter = state.failure != nil
                state.failure = nil
                state.failuresInRow = 0
                state.readAt = now
                if let set, isNew {
                    (state.set, state.bytes) = (set, bytes)
                    state.generation += 1
                }
                guard isNew || isBetter, let set = state.set else { return nil }
                return .read(
                    keyCount: set.keys.count,
                    leftOutCount: set.leftOutCount,
                    privateCount: set.privateCount
                )
            }
        }
    }

    /// Reads again and again, until the task is cancelled.
    func keepReading() async {
        while !Task.isCancelled {
            do {
                try await Task.sleep(for: pause)
            } catch {
                // Cancelled.
                return
            }
            await read()
        }
    }

    private var pause: Duration {
        let failuresInRow = state.withLock { $0.failuresInRow }
        guard failuresInRow > 0 else { return source.interval }
        let wait = Self.retryMin * (1 << min(failuresInRow - 1, 6))
        return min(wait, Self.retryMax, source.interval)
    }

    /// Its figures, for `/metrics`.
    var figures: KeyFigures {
        let held = held
        return state.withLock { state in
            KeyFigures(
                keyCount: held?.set.keys.count ?? 0,
                readCount: state.readCount,
                failureCount: state.failureCount
            )
        }
    }

    /// Why the last read failed; nil when it did not.
    var failure: String? { state.withLock { $0.failure } }
}

/// What an operator may want to know of an issuer's keys.
public enum KeyEvent: Sendable, Hashable {
    /// Other keys were read than before, or keys at all after a failure: how many, how many more are
    /// for other things, and how many of those show what only their signer should have.
    case read(keyCount: Int, leftOutCount: Int, privateCount: Int)
    /// They could not be read, for this reason.
    case failed(String)
}

/// The figures of an issuer's keys.
public struct KeyFigures: Sendable, Hashable {
    /// The keys that tokens are checked by.
    public let keyCount: Int
    /// How often they were read.
    public let readCount: UInt64
    /// How often that failed.
    public let failureCount: UInt64
}
