import CShims
import Dispatch
import Glibc
import Synchronization

/// The thread that carries all transfers of a client: libcurl's multi handle over epoll.
///
/// Callers put transfers into the inbox and ring; everything else happens on the loop's queue. An
/// event costs the same however many transfers wait: libcurl is told which socket is ready instead
/// of being made to look at all of them.
///
/// `Sendable` is unchecked because `multi` and `state` belong to the queue: they are touched in
/// `init`, before the loop is started, and in `run` and what it calls.
@safe final class TransferLoop: @unchecked Sendable {
    private struct Inbox {
        var started: [Transfer] = []
        var cancelled: [Transfer] = []
        var resumed: [Transfer] = []
        /// Transfers handed in and not finished yet.
        var requestCount = 0
        var isRinging = false
        var isStopping = false
    }

    let configuration: OutboundConfiguration
    let poller: SocketPoller
    let multi: UnsafeMutableRawPointer
    /// When libcurl wants to be called without any event; nil for not at all.
    var timer: ContinuousClock.Instant?

    private let queue = DispatchQueue(label: "outbound")
    private let inbox = Mutex(Inbox())
    // By the address of the handle.
    private var active: [UInt: Transfer] = [:]
    private var deadlines = DeadlineWatch()
    private var turns: TurnLines
    private var spareHandles: [UnsafeMutableRawPointer] = unsafe []

    // Handles are kept for reuse since making one costs several allocations.
    private static let spareHandleCountMax = 64

    init(_ configuration: OutboundConfiguration) throws(OutboundSetupError) {
        try configuration.check()
        self.configuration = configuration
        self.turns = TurnLines(
            countMax: configuration.inFlightCountMax,
            reservedCount: configuration.reservedCount
        )
        self.poller = try SocketPoller()
        Self.startLibrary()
        guard let multi = unsafe curl_multi_init() else {
            throw .system("libcurl has no memory for a client")
        }
        unsafe self.multi = unsafe multi
        unsafe shim_curl_multi_set_long(
            multi,
            CURLMOPT_MAXCONNECTS,
            configuration.idleConnectionCountMax
        )
        installCallbacks()
    }

    private static func startLibrary() { precondition(isLibraryStarted, "libcurl starts") }
    private static let isLibraryStarted = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    /// The transfers that are on their way or wait for their turn.
    var requestCount: Int { inbox.withLock { $0.requestCount } }

    /// Starts the thread, which keeps the loop alive until it is stopped.
    func start() { queue.async { self.run() } }

    /// Ends the thread soon; transfers still on their way fail with `.cancelled`.
    func stop() {
        inbox.withLock { $0.isStopping = true }
        poller.ring()
    }

    /// Carries one exchange.
    func perform(
        _ exchange: Exchange,
        startedAt: ContinuousClock.Instant,
        deadline: ContinuousClock.Instant
    ) async throws(OutboundError) -> OutboundResponse {
        let transfer = Transfer(
            exchange,
            startedAt: startedAt,
            deadline: deadline,
            addressPolicy: configuration.addressPolicy
        )
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                transfer.suspend(continuation)
                hand(in: transfer)
            }
        } onCancel: {
            transfer.isCancelled.store(true, ordering: .relaxed)
            cancel(transfer)
        }
        return try outcome.get()
    }

    /// Carries one exchange up to the head of its answer; the body of a successful one is read
    /// afterwards.
    func open(
        _ exchange: Exchange,
        startedAt: ContinuousClock.Instant,
        deadline: ContinuousClock.Instant
    ) async throws(OutboundError) -> OutboundStream.Opening {
        let buffer = StreamBuffer()
        let transfer = Transfer(
            exchange,
            startedAt: startedAt,
            deadline: deadline,
            addressPolicy: configuration.addressPolicy,
            buffer: buffer
        )
        hand(in: transfer)
        let opening = await withTaskCancellationHandler {
            await buffer.opening()
        } onCancel: {
            abort(transfer)
        }
        switch opening {
        case .body(let status, let headers):
            return .stream(
                OutboundStream(status: status, headers: headers, buffer, transfer, self)
            )
        case .end(let outcome): return .whole(try outcome.get())
        }
    }

    /// Ends a transfer whose caller wants no more; one that has ended is let be.
    func abort(_ transfer: Transfer) {
        transfer.isCancelled.store(true, ordering: .relaxed)
        cancel(transfer)
    }

    /// Lets a transfer go on that was held back.
    func resume(_ transfer: Transfer) {
        inbox.withLock { inbox in
            if !inbox.isStopping { inbox.resumed.append(transfer) }
        }
        ringOnce()
    }

    private func hand(in transfer: Transfer) {
        // As many places in the line are kept as there is room kept beyond it.
        let kept = transfer.isFavoured ? 0 : configuration.reservedCount
        let countMax = configuration.inFlightCountMax + configuration.waitingCountMax - kept
        let (isTaken, isStopping) = inbox.withLock { inbox in
            let isTaken = !inbox.isStopping && inbox.requestCount < countMax
            if isTaken {
                inbox.requestCount += 1
                inbox.started.append(transfer)
            }
            return (isTaken, inbox.isStopping)
        }
        if isTaken {
            ringOnce()
        } else if isStopping {
            transfer.resume(.failure(transfer.failure(.cancelled, "the client is closed")))
        } else {
            transfer.resume(.failure(transfer.failure(.overloaded, "too many requests")))
        }
    }

    private func cancel(_ transfer: Transfer) {
        inbox.withLock { inbox in
            // One that was not handed in yet looks at its own mark when it is.
            if !inbox.isStopping { inbox.cancelled.append(transfer) }
        }
        ringOnce()
    }

    /// Wakes the thread unless somebody did since it last looked.
    private func ringOnce() {
        let isFirst = inbox.withLock { inbox in
            defer { inbox.isRinging = true }
            return !inbox.isRinging
        }
        if isFirst { poller.ring() }
    }

    // MARK: On the queue

    private func run() {
        while true {
            let events = poller.wait(timeout())
            let mail = inbox.withLock { inbox in
                let mail = inbox
                inbox.started = []
                inbox.cancelled = []
                inbox.resumed = []
                inbox.isRinging = false
                return mail
            }
            if mail.isStopping { return end(unseen: mail.started) }
            for transfer in mail.started { take(transfer) }
            for transfer in mail.cancelled { drop(transfer) }
            for transfer in mail.resumed { goOn(transfer) }
            for event in events {
                var running: Int32 = 0
                unsafe curl_multi_socket_action(multi, event.descriptor, event.mask, &running)
            }
            finishDone()
            admit()
            fireTimer()
            finishDone()
            endOverdue()
        }
    }

    /// How long nothing needs to be done; nil for as long as nobody rings.
    private func timeout() -> Duration? {
        var timeout: Duration?
        // Libcurl's timer is what counts; the second bounds the harm, should it ever miss one.
        if !active.isEmpty { timeout = .seconds(1) }
        if !turns.isEmpty { timeout = WaitingLine.checkInterval }
        let now = ContinuousClock.now
        for case let moment? in [timer, deadlines.due] {
            let left = max(.zero, now.duration(to: moment))
            timeout = min(timeout ?? left, left)
        }
        return timeout
    }

    private func fireTimer() {
        let isDue = timer.map { $0 <= .now } ?? false
        guard isDue || !active.isEmpty && timer == nil else { return }
        timer = nil
        var running: Int32 = 0
        unsafe curl_multi_socket_action(multi, CURL_SOCKET_TIMEOUT, 0, &running)
    }

    /// Ends the transfers whose time is over.
    private func endOverdue() {
        let now = ContinuousClock.now
        guard deadlines.look(now: now) else { return }
        var overdue: [Transfer] = []
        for transfer in active.values {
            if transfer.deadline <= now {
                overdue.append(transfer)
            } else {
                deadlines.add(transfer.deadline)
            }
        }
        for transfer in overdue {
            if let easy = unsafe transfer.easy { unsafe curl_multi_remove_handle(multi, easy) }
            finish(transfer, .failure(transfer.failure(.timeout, "no answer in time")))
        }
    }

    /// Puts a transfer into the line; one that was cancelled before it came here is ended at once.
    private func take(_ transfer: Transfer) {
        if transfer.isCancelled.load(ordering: .relaxed) {
            finish(transfer, .failure(transfer.failure(.cancelled, "cancelled")))
        } else {
            turns.append(transfer)
        }
    }

    /// Starts transfers as long as there is room, the oldest first, and ends those out of time.
    private func admit() {
        for transfer in turns.takeExpired(now: .now) { finishUnbegun(transfer) }
        while let transfer = turns.popFirst() { begin(transfer) }
    }

    /// Ends a transfer whose time is over before it had a turn: this client has too much to do, which
    /// says nothing about the server.
    private func finishUnbegun(_ transfer: Transfer) {
        finish(transfer, .failure(transfer.failure(.overloaded, "no turn in time")))
    }

    private func begin(_ transfer: Transfer) {
        let now = ContinuousClock.now
        let remaining = now.duration(to: transfer.deadline)
        // What has waited for most of its time would be sent to a server that has none left to answer,
        // and nobody would know whether it was done.
        let hasWaitedTooLong =
            remaining < .seconds(1) && transfer.handedInAt.duration(to: now) > remaining * 3
        guard remaining > .zero, !hasWaitedTooLong else { return finishUnbegun(transfer) }
        guard let easy = unsafe spareHandles.popLast() ?? curl_easy_init() else {
            return finish(transfer, .failure(transfer.failure(.overloaded, "no memory")))
        }
        unsafe transfer.easy = unsafe easy
        unsafe transfer.configure(easy, configuration, remaining: remaining)
        active[UInt(bitPattern: easy)] = transfer
        turns.begin(transfer)
        deadlines.add(transfer.deadline)
        let code = unsafe curl_multi_add_handle(multi, easy)
        precondition(code == CURLM_OK, "a fresh handle can be added")
    }

    private func finishDone() {
        var left: Int32 = 0
        while let message = unsafe curl_multi_info_read(multi, &left) {
            // Removing the handle frees the message, so what it says is read first.
            guard unsafe message.pointee.msg == CURLMSG_DONE,
                let easy = unsafe message.pointee.easy_handle,
                let transfer = active[UInt(bitPattern: easy)]
            else { preconditionFailure("libcurl reports transfers of this loop") }
            let code = unsafe message.pointee.data.result
            unsafe curl_multi_remove_handle(multi, easy)
            finish(transfer, transfer.outcome(code))
        }
    }

    private func goOn(_ transfer: Transfer) {
        guard let easy = unsafe transfer.easy else { return }
        // What was held back is brought at once, from inside of this call, and what goes wrong then
        // is told here alone.
        let code = unsafe curl_easy_pause(easy, CURLPAUSE_CONT)
        guard code == CURLE_OK else {
            unsafe curl_multi_remove_handle(multi, easy)
            return finish(transfer, transfer.outcome(code))
        }
        timer = .now
    }

    private func drop(_ transfer: Transfer) {
        if let easy = unsafe transfer.easy {
            unsafe curl_multi_remove_handle(multi, easy)
        } else if !turns.remove(transfer) {
            return
        }
        finish(transfer, .failure(transfer.failure(.cancelled, "cancelled")))
    }

    /// Gives back what a transfer held, whose handle is out of `multi`, and answers its caller.
    private func finish(_ transfer: Transfer, _ outcome: Transfer.Outcome) {
        if let easy = unsafe transfer.easy {
            active[UInt(bitPattern: easy)] = nil
            turns.end(transfer)
            unsafe transfer.easy = nil
            unsafe recycle(easy)
        }
        transfer.freeHeaders()
        inbox.withLock { $0.requestCount -= 1 }
        transfer.resume(outcome)
    }

    private func recycle(_ easy: UnsafeMutableRawPointer) {
        if unsafe spareHandles.count < Self.spareHandleCountMax {
            unsafe curl_easy_reset(easy)
            unsafe spareHandles.append(easy)
        } else {
            unsafe curl_easy_cleanup(easy)
        }
    }

    private func end(unseen: [Transfer]) {
        for transfer in unseen { turns.append(transfer) }
        while let transfer = turns.popAny() {
            finish(transfer, .failure(transfer.failure(.cancelled, "the client is closed")))
        }
        for transfer in Array(active.values) { drop(transfer) }
        while let easy = unsafe spareHandles.popLast() { unsafe curl_easy_cleanup(easy) }
        unsafe curl_multi_cleanup(multi)
    }
}
