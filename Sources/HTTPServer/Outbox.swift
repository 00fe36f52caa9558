import Platform

/// Bytes that a socket did not take yet, in order.
///
/// Bounded by its user: one batch of answers, one large body, or one piece of a stream.
struct Outbox {
    /// How far sending came.
    enum Outcome { case emptied, blocked, failed }

    private var pieces: [[UInt8]] = []
    private var offset = 0
    /// How many bytes wait.
    private(set) var byteCount = 0
    /// How many bytes were ever added.
    private(set) var appendedByteCount = 0

    var isEmpty: Bool { byteCount == 0 }

    /// Adds bytes without copying them.
    mutating func append(_ bytes: [UInt8]) {
        guard !bytes.isEmpty else { return }
        pieces.append(bytes)
        byteCount += bytes.count
        appendedByteCount &+= bytes.count
    }

    /// Adds a copy, of the exact size: the buffers of a loop have room to spare.
    mutating func append(copying bytes: ArraySlice<UInt8>) {
        var copy: [UInt8] = []
        copy.reserveCapacity(bytes.count)
        copy.append(contentsOf: bytes)
        append(copy)
    }

    /// Sends until all is sent or the socket is full; frees each piece once it is sent.
    mutating func send(through transport: PeerTransport) -> Outcome {
        while let piece = pieces.first {
            switch transport.send(piece[offset...]) {
            case .wouldBlock: return .blocked
            case .failed: return .failed
            case .bytes(let count):
                offset += count
                byteCount -= count
                guard offset == piece.count else { continue }
                pieces.removeFirst()
                offset = 0
            }
        }
        pieces = []
        return .emptied
    }
}
