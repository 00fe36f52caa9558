import Synchronization

/// What a server sends of a body, on its way from the loop to the task that reads it.
///
/// Full, it stops the transfer, and TCP holds the server back; the reader starts it again.
final class StreamBuffer: Sendable {
    /// The most bytes that wait for the reader before the server is held back; one more part of
    /// libcurl's, at most 16 KiB, may come on top.
    static let byteCountMax = 256 * 1024

    /// How the exchange began.
    enum Opening: Sendable {
        /// The server answered with a body that is being read.
        case body(status: Int, headers: [OutboundHeader])
        /// It ended without one.
        case end(Transfer.Outcome)
    }

    /// What comes next.
    enum Part: Sendable {
        case bytes([UInt8])
        case end
        case failure(OutboundError)
    }

    private struct State {
        var opening: Opening?
        var openingWaiter: CheckedContinuation<Opening, Never>?
        var bytes: [UInt8] = []
        var end: Part?
        var waiter: CheckedContinuation<Part, Never>?
        var isPaused = false
    }

    private let state = Mutex(State())

    // MARK: On the loop's thread

    /// Notes that the body begins.
    func begin(status: Int, headers: [OutboundHeader]) {
        open(.body(status: status, headers: headers))
    }

    /// Whether a body has begun.
    var hasBegun: Bool {
        state.withLock { state in
            if case .body = state.opening { true } else { false }
        }
    }

    /// Takes a part; false when the reader is behind: the same part is brought again later.
    func take(_ part: [UInt8]) -> Bool {
        let (isTaken, waiter) = state.withLock { state in
            if let waiter = state.waiter {
                state.waiter = nil
                return (true, Optional(waiter))
            }
            guard state.bytes.count < Self.byteCountMax else {
                state.isPaused = true
                return (false, nil)
            }
            state.bytes += part
            return (true, nil)
        }
        waiter?.resume(returning: .bytes(part))
        return isTaken
    }

    /// Ends the body, or the exchange that had none.
    func finish(_ outcome: Transfer.Outcome) {
        guard hasBegun else { return open(.end(outcome)) }
        let end: Part =
            switch outcome {
            case .success: .end
            case .failure(let error): .failure(error)
            }
        let waiter = state.withLock { state in
            state.end = end
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume(returning: end)
    }

    private func open(_ opening: Opening) {
        let waiter = state.withLock { state in
            state.opening = opening
            defer { state.openingWaiter = nil }
            return state.openingWaiter
        }
        waiter?.resume(returning: opening)
    }

    // MARK: On the reader's side

    /// Waits for the beginning; asked once.
    func opening() async -> Opening {
        await withCheckedContinuation { continuation in
            let opening = state.withLock { state in
                if state.opening == nil { state.openingWaiter = continuation }
                return state.opening
            }
            if let opening { continuation.resume(returning: opening) }
        }
    }

    /// Waits for more; asked by one task at a time.
    ///
    /// `resume` is called when the server was held back.
    func next(resume: () -> Void) async -> Part {
        let (ready, wasPaused) = state.withLock { state -> (Part?, Bool) in
            let wasPaused = state.isPaused
            state.isPaused = false
            guard !state.bytes.isEmpty else { return (state.end, wasPaused) }
            defer { state.bytes = [] }
            return (.bytes(state.bytes), wasPaused)
        }
        if wasPaused { resume() }
        if let ready { return ready }
        return await withCheckedContinuation { continuation in
            let ready = state.withLock { state -> Part? in
                if !state.bytes.isEmpty {
                    defer { state.bytes = [] }
                    return .bytes(state.bytes)
                }
                if state.end == nil { state.waiter = continuation }
                return state.end
            }
            if let ready { continuation.resume(returning: ready) }
        }
    }
}
