/// The one way out of this process: a pooled HTTP/1.1 and HTTP/2 client.
///
/// libcurl carries the bytes, on one thread that all requests share; callers suspend and never
/// block. What it does by itself and this client does not let it: follow redirects (each hop is
/// judged here), read proxies, credentials or cookies from anywhere, speak other protocols, trust a
/// certificate it cannot verify, or repeat a request that may have reached the server.
///
/// Requests over the limit wait in line, and beyond the line are refused at once. Connections are
/// shared by all requests of a client, so everything that one address policy lets pass uses one
/// client, and what another lets pass uses another.
public final class OutboundClient: Sendable {
    private let loop: TransferLoop

    /// Starts a client and its thread.
    ///
    /// - Throws: `OutboundSetupError` when the configuration cannot work.
    public init(_ configuration: OutboundConfiguration) throws(OutboundSetupError) {
        self.loop = try TransferLoop(configuration)
        loop.start()
    }

    /// Ends the client's thread; requests still on their way fail with `.cancelled`.
    deinit { loop.stop() }

    /// The requests that are on their way or wait for their turn.
    public var requestCount: Int { loop.requestCount }

    /// Sends a request and waits for the whole answer.
    ///
    /// Cancelling the calling task aborts the request.
    ///
    /// - Returns: The answer, whatever its status.
    /// - Throws: `OutboundError`; its `mayHaveReachedServer` tells whether a repetition could be
    ///   done twice by the server.
    public func send(_ request: OutboundRequest) async throws(OutboundError) -> OutboundResponse {
        let loop = loop
        let opening = try await follow(request) { exchange, start, deadline throws(OutboundError) in
            .whole(try await loop.perform(exchange, startedAt: start, deadline: deadline))
        }
        guard case .whole(let response) = opening else {
            preconditionFailure("what is performed is whole")
        }
        return response
    }

    /// Sends a request and waits for the head of its answer: the body of a successful one comes as a
    /// stream, any other answer whole.
    ///
    /// The request's `timeout` holds for the stream too, to its end, and `streamByteCountMax` for its
    /// body.
    ///
    /// - Throws: As `send` does.
    public func open(
        _ request: OutboundRequest
    ) async throws(OutboundError) -> OutboundStream.Opening {
        let loop = loop
        return try await follow(request) { exchange, start, deadline throws(OutboundError) in
            try await loop.open(exchange, startedAt: start, deadline: deadline)
        }
    }

    /// Carries the hops of a request.
    private func follow(
        _ request: OutboundRequest,
        carry: (
            Exchange, ContinuousClock.Instant, ContinuousClock.Instant
        ) async throws(OutboundError) -> OutboundStream.Opening
    ) async throws(OutboundError) -> OutboundStream.Opening {
        let start = ContinuousClock.now
        let deadline = start + request.timeout
        var exchange = try Exchange(request)
        try check(exchange.url)
        var opening = try await carry(exchange, start, deadline)
        guard request.redirects == .safeMethods else { return opening }
        var redirectCount = 0
        while case .whole(let response) = opening, let location = exchange.location(in: response) {
            redirectCount += 1
            do throws(OutboundError) {
                guard redirectCount <= OutboundRequest.redirectCountMax else {
                    throw OutboundError(
                        .malformedAnswer,
                        "\(exchange.url.origin): redirects more often than is followed"
                    )
                }
                exchange = try exchange.following(location)
                try check(exchange.url)
            } catch {
                throw error.answered(response.status)
            }
            do throws(OutboundError) {
                opening = try await carry(exchange, start, deadline)
            } catch {
                throw error.afterReachingServer
            }
        }
        return opening
    }

    /// Judges an address that the URL names itself, before a proxy is asked for it.
    ///
    /// Without a proxy each socket is judged, when it is opened.
    private func check(_ url: OutboundURL) throws(OutboundError) {
        let configuration = loop.configuration
        guard configuration.proxy != nil,
            let refusal = url.literalRefusal(configuration.addressPolicy)
        else { return }
        throw OutboundError(.addressRefused, "address refused: \(refusal)")
    }
}
