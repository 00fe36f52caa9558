import Testing
import Waiting

@testable import Platform

@Suite struct SocketPeerTests {
    /// Two ends of one connection over loopback.
    private struct Pair {
        let listener: SocketListener
        let client: SocketPeer
        let server: SocketPeer

        init(host: String = "127.0.0.1") throws {
            listener = try SocketListener(address: SocketAddress(host: host, port: 0))
            client = try SocketPeer(connectingTo: listener.address)
            var accepted = listener.accept()
            let deadline = Deadline("a peer to accept")
            while case .wouldBlock = accepted {
                try deadline.check()
                accepted = listener.accept()
            }
            guard case .peer(let peer) = accepted else {
                throw SystemError(operation: "accept", errno: 0)
            }
            server = peer
        }
    }

    /// Receives when something has come, waiting for it in the poller.
    private func receive(
        _ peer: SocketPeer,
        into buffer: inout [UInt8]
    ) throws -> SocketPeer.Received {
        let poller = try EventLoopPoller()
        var events = EventLoopPoller.Events()
        try poller.add(peer.descriptor, interest: .readable, token: 1)
        poller.wait(into: &events, timeout: .seconds(10))
        #expect(events.count == 1)
        return peer.receive(into: &buffer)
    }

    @Test func `brings bytes, then nothing yet, then the end`() throws {
        let pair = try Pair()
        var buffer = [UInt8](repeating: 0, count: 3)
        #expect(pair.server.receive(into: &buffer) == .wouldBlock)
        #expect(pair.client.send([1, 2, 3, 4][...]) == .bytes(4))
        #expect(try receive(pair.server, into: &buffer) == .bytes(3))
        #expect(buffer == [1, 2, 3])
        #expect(try receive(pair.server, into: &buffer) == .bytes(1))
        #expect(buffer == [4, 2, 3])
        pair.client.endSending()
        #expect(try receive(pair.server, into: &buffer) == .ended)
        // The other direction still works.
        #expect(pair.server.send([9][...]) == .bytes(1))
        #expect(try receive(pair.client, into: &buffer) == .bytes(1))
        #expect(buffer[0] == 9)
    }

    @Test func `says so when the socket is full, and when the peer is gone`() throws {
        let server: SocketPeer
        do {
            let pair = try Pair()
            server = pair.server
            let piece = [UInt8](repeating: 0x61, count: 1 << 20)
            var sent = server.send(piece[...])
            while case .bytes = sent { sent = server.send(piece[...]) }
            #expect(sent == .wouldBlock)
        }
        // The client closed on unread bytes, which resets the connection; that is no signal.
        var buffer = [UInt8](repeating: 0, count: 1)
        #expect(try receive(server, into: &buffer) == .failed)
        #expect(server.send([1][...]) == .failed)
    }

    @Test func `an IPv4 client of an IPv6 listener is named by its IPv4 address`() throws {
        let listener = try SocketListener(address: SocketAddress(host: "::", port: 0))
        let address = SocketAddress(host: "127.0.0.1", port: listener.address.port)
        let client = try SocketPeer(connectingTo: address)
        defer { withExtendedLifetime(client) {} }
        var accepted = listener.accept()
        let deadline = Deadline("a peer to accept")
        while case .wouldBlock = accepted {
            try deadline.check()
            accepted = listener.accept()
        }
        guard case .peer(let peer) = accepted else {
            Issue.record("no peer was accepted")
            return
        }
        #expect(peer.address.host == "127.0.0.1")
    }
}

@Suite struct SocketListenerTests {
    @Test func `names the port that the kernel chose`() throws {
        let listener = try SocketListener(address: SocketAddress(host: "localhost", port: 0))
        #expect(listener.address.port != 0)
        guard case .wouldBlock = listener.accept() else {
            Issue.record("nobody has connected")
            return
        }
    }

    @Test func `a port serves one listener, and the next once it has closed`() throws {
        var first: SocketListener? = try SocketListener(
            address: SocketAddress(host: "127.0.0.1", port: 0)
        )
        let address = try #require(first).address
        let error = #expect(throws: SystemError.self) { try SocketListener(address: address) }
        #expect(error?.errno == 98)  // EADDRINUSE
        first = nil
        #expect(try SocketListener(address: address).address == address)
    }

    @Test(arguments: ["no such host", "host.invalid", "256.1.1.1"])
    func `a host that is none is an error that names it`(_ host: String) {
        let address = SocketAddress(host: host, port: 80)
        let error = #expect(throws: SystemError.self) { try SocketListener(address: address) }
        #expect(error?.operation == "resolve \(address)")
    }

    @Test func `refuses connections once it has stopped listening`() throws {
        let listener = try SocketListener(address: SocketAddress(host: "127.0.0.1", port: 0))
        let early = try SocketPeer(connectingTo: listener.address)
        listener.stopListening()
        let error = #expect(throws: SystemError.self) {
            try SocketPeer(connectingTo: listener.address)
        }
        #expect(error?.errno == 111)  // ECONNREFUSED
        var buffer = [UInt8](repeating: 0, count: 1)
        #expect(early.receive(into: &buffer) == .failed)
        listener.stopListening()
    }

    @Test func `the reserve accepts one waiting peer and closes it`() throws {
        let listener = try SocketListener(address: SocketAddress(host: "127.0.0.1", port: 0))
        let client = try SocketPeer(connectingTo: listener.address)
        let reserve = SocketReserve()
        var buffer = [UInt8](repeating: 0, count: 1)
        var received = SocketPeer.Received.wouldBlock
        let deadline = Deadline("the end of the connection")
        while received == .wouldBlock {
            try deadline.check()
            reserve.shed(listener)
            received = client.receive(into: &buffer)
        }
        #expect(received == .ended)
    }
}
