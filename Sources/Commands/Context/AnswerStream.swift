/// An answer that is written piece by piece, and may have no end.
public struct AnswerStream: Sendable {
    /// The media type.
    public let mediaType: String
    /// Writes it; called once, or never when nobody wants the body.
    ///
    /// An error cuts the answer short, so that the client sees that it is not whole.
    public let write: @Sendable (AnswerSink) async throws -> Void

    /// An answer.
    public init(
        mediaType: String,
        write: @escaping @Sendable (AnswerSink) async throws -> Void
    ) {
        self.mediaType = mediaType
        self.write = write
    }
}

/// Where a streamed answer goes.
public struct AnswerSink: Sendable {
    private let send: @Sendable ([UInt8]) async throws -> Void
    private let ending: @Sendable () -> Bool

    /// Wraps the client's side: `send` waits while the client is slow and throws when it is gone,
    /// `isEnding` tells of a shutdown.
    public init(
        send: @escaping @Sendable ([UInt8]) async throws -> Void,
        isEnding: @escaping @Sendable () -> Bool
    ) {
        self.send = send
        self.ending = isEnding
    }

    /// Sends some bytes; waits while the client is slow.
    func write(_ bytes: [UInt8]) async throws { try await send(bytes) }

    /// Whether the server is shutting down: what has no end should end now.
    var isEnding: Bool { ending() }
}
