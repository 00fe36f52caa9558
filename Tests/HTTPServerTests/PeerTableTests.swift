import HTTPWire
import Platform
import Testing

@testable import HTTPServer

@Suite struct PeerTableTests {
    private let listener: SocketListener
    private let socket: SocketPeer

    init() throws {
        listener = try SocketListener(address: SocketAddress(host: "127.0.0.1", port: 0))
        socket = try SocketPeer(connectingTo: listener.address)
    }

    private func insert(into table: inout PeerTable) -> Peer {
        table.insert { token in
            Peer(
                transport: PeerTransport(socket: socket, tls: nil),
                token: token,
                limits: HTTPLimits(),
                isRefused: false
            )
        }
    }

    @Test func `a slot that is used again has another token`() {
        var table = PeerTable()
        let first = insert(into: &table)
        let second = insert(into: &table)
        #expect(table[first.token] === first && table[second.token] === second)
        table.remove(first.token)
        #expect(table[first.token] == nil && table.count == 1)
        let third = insert(into: &table)
        #expect(third.token.slot == first.token.slot && third.token != first.token)
        #expect(table[first.token] == nil && table[third.token] === third)
        #expect(table.all.count == 2)
    }

    @Test func `a token that was never given names nobody`() {
        let table = PeerTable()
        #expect(table[PeerToken(slot: 0, generation: 0)] == nil)
        #expect(table[PeerToken(rawValue: PeerLoop.wakeToken)] == nil)
    }

    @Test func `tells whose deadline has passed, and forgets it with its peer`() {
        var table = PeerTable()
        let (early, late) = (insert(into: &table), insert(into: &table))
        table.setDeadline(MonotonicInstant(nanoseconds: 10), of: early.token)
        table.setDeadline(MonotonicInstant(nanoseconds: 20), of: late.token)
        #expect(table.expired(at: MonotonicInstant(nanoseconds: 9)).isEmpty)
        #expect(table.expired(at: MonotonicInstant(nanoseconds: 10)).map(\.token) == [early.token])
        table.remove(early.token)
        _ = insert(into: &table)
        #expect(table.expired(at: MonotonicInstant(nanoseconds: 20)).map(\.token) == [late.token])
    }

    @Test func `a token holds slot and generation apart`() {
        let token = PeerToken(slot: 7, generation: .max)
        #expect(token.slot == 7 && token.generation == .max)
        #expect(PeerToken(rawValue: token.rawValue) == token)
        #expect(token.rawValue != PeerLoop.wakeToken)
    }
}
