import Platform
import TLSTesting

/// What a client's bytes travel through.
protocol WireSocket {
    func send(_ bytes: ArraySlice<UInt8>) -> SocketPeer.Sent
    func receive(into bytes: inout [UInt8]) -> SocketPeer.Received
    func endSending()
}

extension SocketPeer: WireSocket {}
extension TLSTestSocket: WireSocket {}
