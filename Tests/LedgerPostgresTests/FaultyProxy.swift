#if PostgreSQL
import Foundation
import Platform
import Synchronization
import Waiting

/// A relay between a journal and the server that fails when it is told to.
///
/// It knows the message with which a batch goes out by the name of its prepared statement.
final class FaultyProxy: Sendable {
    /// What happens to the next batch.
    enum Fault: Sendable, Equatable {
        case none
        /// The connection is cut before anything of it reaches the server.
        case cutBefore
        /// After so many of its bytes.
        case cutWithin(Int)
        /// At once behind it: the server may be at work on it.
        case cutBehind
        /// When the server has answered, of which nothing reaches the journal.
        case cutAnswer
        /// The journal's side is cut; the server gets the bytes when they are released.
        case hold
    }

    private struct State {
        var fault = Fault.none
        var isRefusing = false
        var isStopped = false
        /// Goes up to cut all connections that were made before.
        var cutCount = 0
        var held: [(SocketPeer, [UInt8])] = []
        var faultCount = 0
    }

    private let listener: SocketListener
    private let server: SocketAddress
    private let state = Mutex(State())

    /// Relays to `server` from a port that the kernel chooses.
    init(to server: SocketAddress) throws {
        self.server = server
        listener = try SocketListener(address: SocketAddress(host: "127.0.0.1", port: 0))
        Thread.detachNewThread { self.accept() }
    }

    /// The URL that leads through here.
    func url(of text: String) -> String {
        text.replacing(":\(server.port)/", with: ":\(listener.address.port)/")
    }

    /// How many faults came to pass.
    var faultCount: Int { state.withLock { state in state.faultCount } }

    /// Does it to the next batch.
    func arm(_ fault: Fault) { state.withLock { state in state.fault = fault } }

    /// Cuts all connections.
    func cut() { state.withLock { state in state.cutCount += 1 } }

    /// Cuts new connections at once, as a server that is gone.
    func refuse(_ isRefusing: Bool) { state.withLock { state in state.isRefusing = isRefusing } }

    /// Sends the server what was held, and waits for its answer or the end of the connection.
    func release() async throws -> Int {
        let held = state.withLock { state in
            defer { state.held = [] }
            return state.held
        }
        var buffer = [UInt8](repeating: 0, count: 65_536)
        for (peer, bytes) in held {
            Self.send(bytes[...], to: peer)
            let deadline = Deadline("the server's answer to what was held")
            while peer.receive(into: &buffer) == .wouldBlock { try await deadline.pause() }
        }
        return held.count
    }

    func stop() { state.withLock { state in state.isStopped = true } }

    // MARK: Threads

    private func accept() {
        while !state.withLock({ state in state.isStopped }) {
            guard case .peer(let client) = listener.accept() else {
                Thread.sleep(forTimeInterval: 0.001)
                continue
            }
            if state.withLock({ state in state.isRefusing }) { continue }
            do {
                let server = try SocketPeer(connectingTo: server)
                Thread.detachNewThread { self.relay(client, server) }
            } catch {
                // The server is down: the client finds its connection closed.
                continue
            }
        }
    }

    private func relay(_ client: SocketPeer, _ server: SocketPeer) {
        let cutCount = state.withLock { state in state.cutCount }
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let isCut = state.withLock { state in state.isStopped || state.cutCount != cutCount }
            if isCut { return }
            var isIdle = true
            switch client.receive(into: &buffer) {
            case .bytes(let count):
                isIdle = false
                if !pass(Array(buffer[..<count]), to: server) { return }
            case .wouldBlock: break
            case .ended, .failed: return
            }
            switch server.receive(into: &buffer) {
            case .bytes(let count):
                isIdle = false
                Self.send(buffer[..<count], to: client)
            case .wouldBlock: break
            case .ended, .failed: return
            }
            if isIdle { Thread.sleep(forTimeInterval: 0.000_2) }
        }
    }

    /// Passes a client's bytes on; false when the connection is to be cut.
    private func pass(_ bytes: [UInt8], to server: SocketPeer) -> Bool {
        let isBatch = bytes.firstRange(of: Self.batchMark) != nil
        let fault = state.withLock { state in
            guard isBatch, state.fault != .none else { return Fault.none }
            defer { state.fault = .none }
            state.faultCount += 1
            return state.fault
        }
        switch fault {
        case .none: Self.send(bytes[...], to: server)
        case .cutBefore: return false
        case .cutWithin(let count):
            Self.send(bytes.prefix(max(1, count % bytes.count)), to: server)
            return false
        case .cutBehind:
            Self.send(bytes[...], to: server)
            return false
        case .cutAnswer:
            Self.send(bytes[...], to: server)
            var buffer = [UInt8](repeating: 0, count: 65_536)
            let deadline = Deadline("the server's answer")
            while server.receive(into: &buffer) == .wouldBlock, !deadline.isOver {
                Thread.sleep(forTimeInterval: 0.000_2)
            }
            return false
        case .hold:
            state.withLock { state in state.held.append((server, bytes)) }
            return false
        }
        return true
    }

    private static let batchMark = Array("\0append\0".utf8)

    private static func send(_ bytes: ArraySlice<UInt8>, to peer: SocketPeer) {
        var rest = bytes
        // Who takes nothing for that long is cut off.
        let deadline = Deadline("a reader")
        while !rest.isEmpty, !deadline.isOver {
            switch peer.send(rest) {
            case .bytes(let count): rest = rest.dropFirst(count)
            case .wouldBlock: Thread.sleep(forTimeInterval: 0.000_2)
            case .failed: return
            }
        }
    }
}
#endif
