/// An answer whose body is read while it comes.
///
/// The server is held back while nobody reads (`StreamBuffer.byteCountMax`). Letting go of it aborts
/// the request.
public final class OutboundStream: Sendable {
    /// How a request ended that asked for a stream.
    public enum Opening: Sendable {
        /// An answer of 200 to 299; its body is still to come.
        case stream(OutboundStream)
        /// Any other answer, whole.
        case whole(OutboundResponse)
    }

    /// The status, 200 to 299.
    public let status: Int
    /// The header fields; those of a removed compression are left out.
    public let headers: [OutboundHeader]
    /// How long it took from the call to the head, waiting for a turn and redirects included.
    public let headTime: Duration
    private let buffer: StreamBuffer
    private let transfer: Transfer
    private let loop: TransferLoop

    init(
        status: Int,
        headers: [OutboundHeader],
        _ buffer: StreamBuffer,
        _ transfer: Transfer,
        _ loop: TransferLoop
    ) {
        self.status = status
        self.headers = headers
        self.headTime = transfer.startedAt.duration(to: .now)
        self.buffer = buffer
        self.transfer = transfer
        self.loop = loop
    }

    deinit { loop.abort(transfer) }

    /// The next bytes; nil at the end of a body that is whole.
    ///
    /// Asked by one task at a time.
    ///
    /// - Throws: `OutboundError` when the body broke off, took longer than the request's time, or is
    ///   longer than `OutboundRequest.streamByteCountMax`.
    public func next() async throws(OutboundError) -> [UInt8]? {
        let part = await withTaskCancellationHandler {
            await buffer.next(resume: { loop.resume(transfer) })
        } onCancel: {
            loop.abort(transfer)
        }
        switch part {
        case .bytes(let bytes): return bytes
        case .end: return nil
        case .failure(let error): throw error
        }
    }

    /// Ends it, if it has not ended: the connection is closed.
    public func cancel() { loop.abort(transfer) }

    /// The value of the first header field named `name`, whatever the case of its letters.
    public func header(_ name: String) -> String? {
        headers.first { header in header.isNamed(name) }?.value
    }
}
