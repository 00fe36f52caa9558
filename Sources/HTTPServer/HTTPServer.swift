public import Platform
import Synchronization

/// An HTTP/1.1 server on raw sockets.
///
/// One thread accepts (`Acceptor`) and hands the peers in turn to one event loop for each
/// processor (`PeerLoop`); `HTTPWire` reads and writes the bytes. It refuses HTTP/2, upgrades,
/// methods beyond `HTTPMethod`, and any request whose end two readers could see differently.
///
/// It keeps running until it is drained, whether or not somebody holds it.
public final class HTTPServer: Sendable {
    private struct Running: Sendable {
        let acceptor: Acceptor
        let counters: [LoopCounters]
        let latch: DrainLatch
        let budget: PeerBudget
        let memory: RequestMemory
    }

    private let configuration: ServerConfiguration
    private let handler: any HTTPHandler
    private let running = Mutex<Running?>(nil)

    /// Makes a server that does not listen yet.
    public init(configuration: ServerConfiguration, handler: any HTTPHandler) {
        let (plain, secure) = (configuration.addresses, configuration.secureAddresses)
        let isListening = !plain.isEmpty || !secure.isEmpty || !configuration.unixSockets.isEmpty
        precondition(isListening, "a server listens somewhere")
        precondition(secure.isEmpty || configuration.tls != nil, "TLS needs a certificate")
        precondition(configuration.loopCount > 0, "a server has a loop")
        precondition(configuration.peerCountMax > 0, "a server has room for a peer")
        precondition(configuration.peerCountMaxPerAddress > 0, "an address has room for a peer")
        precondition(configuration.requestCountMaxPerPeer > 0, "a peer may send a request")
        precondition(configuration.inputByteCountMax > 0, "a receive takes something")
        self.configuration = configuration
        self.handler = handler
    }

    /// Listens and serves; call it once.
    ///
    /// Raises the process's limit of open files so that all peers fit, as far as it is allowed.
    ///
    /// - Returns: The bound addresses, in the configuration's order, the plain ones before the
    ///   secure ones, with the ports that the kernel chose for port 0.
    /// - Throws: `SystemError`, whose operation names the address when it cannot be bound
    ///   (`EADDRINUSE` when another process listens there).
    public func start() throws(SystemError) -> [SocketAddress] {
        DescriptorLimit.raise(
            to: configuration.peerCountMax + ServerConfiguration.descriptorReserve
        )
        let listeners = try ServerListener.all(of: configuration)
        let budget = PeerBudget(
            countMax: configuration.peerCountMax,
            addressCountMax: configuration.peerCountMaxPerAddress,
            overflowMax: ServerConfiguration.peerOverflowMax
        )
        let memory = RequestMemory(byteCountMax: configuration.requestByteCountMax)
        var loops: [PeerLoop.Parts] = []
        for _ in 0..<configuration.loopCount { loops.append(try makeLoop(budget, memory)) }
        let acceptor = try Acceptor(
            listeners: listeners,
            ports: loops.map(\.port),
            budget: budget,
            drainDuration: configuration.deadlines.drain
        )
        let latch = DrainLatch(loopCount: loops.count)
        running.withLock { running in
            precondition(running == nil, "a server is started once")
            running = Running(
                acceptor: acceptor,
                counters: loops.map(\.counters),
                latch: latch,
                budget: budget,
                memory: memory
            )
        }
        Self.launch(loops, acceptor, latch)
        return listeners.map(\.socket.address).filter { address in address != .unixPeer }
    }

    /// Shuts down gracefully; returns when every connection is closed and every suspended
    /// operation has ended.
    ///
    /// Stops listening, closes connections that stay idle for `drainIdle`, and lets running
    /// requests finish and answer with `Connection: close`, until the drain deadline; then closes
    /// what is left. Calling it again waits for the same end. Returns at once when the server was
    /// not started.
    public func drain() async {
        guard let running = running.withLock({ running in running }) else { return }
        if running.latch.begin() { running.acceptor.stop() }
        await running.latch.wait()
    }

    /// What the server has done so far.
    public var statistics: ServerStatistics {
        var total = ServerStatistics()
        let running = running.withLock { running in running }
        for counters in running?.counters ?? [] { counters.add(to: &total) }
        running?.budget.limits.add(to: &total)
        total.requestByteCount = running?.memory.byteCount ?? 0
        return total
    }

    private func makeLoop(
        _ budget: PeerBudget,
        _ memory: RequestMemory
    ) throws(SystemError) -> PeerLoop.Parts {
        let poller = try EventLoopPoller()
        let waker = try EventLoopWaker(poller: poller, token: PeerLoop.wakeToken)
        return PeerLoop.Parts(
            configuration: configuration,
            handler: handler,
            poller: poller,
            port: LoopPort(waker: waker),
            counters: LoopCounters(),
            budget: budget,
            memory: memory
        )
    }

    /// Starts the threads; a loop is made on its own, because it may not leave it.
    private static func launch(
        _ loops: [PeerLoop.Parts],
        _ acceptor: Acceptor,
        _ latch: DrainLatch
    ) {
        for (index, parts) in loops.enumerated() {
            EventLoopQueue(label: "bindery.loop.\(index)")
                .run {
                    PeerLoop(parts).run()
                    latch.loopEnded()
                }
        }
        EventLoopQueue(label: "bindery.acceptor").run { acceptor.run() }
    }
}
