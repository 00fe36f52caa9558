import Platform
import TLSTesting
import Waiting

/// What a client's bytes travel through.
protocol WireSocket {
    func send(_ bytes: ArraySlice<UInt8>) -> SocketPeer.Sent
    func receive(into bytes: inout [UInt8]) -> SocketPeer.Received
}

extension WireSocket {
    /// Sends all the bytes.
    ///
    /// - Throws: `Cut`; `TimeIsUp` when the server takes nothing for far too long.
    func sendWhole(_ bytes: [UInt8]) async throws {
        var rest = bytes[...]
        var deadline = Deadline("a server that takes \(bytes.count) bytes")
        while !rest.isEmpty {
            switch send(rest) {
            case .bytes(let count):
                rest = rest.dropFirst(count)
                deadline = Deadline("a server that takes the last \(rest.count) bytes")
            case .wouldBlock: try await deadline.pause(.milliseconds(1))
            case .failed: throw WireConnection.Cut()
            }
        }
    }

    /// The bytes that come next; nil when the server has ended or reset the connection.
    ///
    /// - Throws: `TimeIsUp` when nothing comes for far too long.
    func receiveSome() async throws -> ArraySlice<UInt8>? {
        let deadline = Deadline("bytes of the server")
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            switch receive(into: &buffer) {
            case .bytes(let count): return buffer[..<count]
            case .ended, .failed: return nil
            case .wouldBlock: try await deadline.pause(.milliseconds(1))
            }
        }
    }
}

extension SocketPeer: WireSocket {}
extension TLSTestSocket: WireSocket {}
