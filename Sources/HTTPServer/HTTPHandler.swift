public import HTTPWire

/// What answers requests: the routes, their middleware, and the form of errors.
public protocol HTTPHandler: Sendable {
    /// Answers a request, at once or later.
    ///
    /// Runs on the peer's event loop, which serves thousands of others: it computes and returns,
    /// and never waits for I/O, a lock held for long, or a clock. What must wait is `suspended`.
    func handle(_ request: HTTPRequest) -> HTTPHandling

    /// Renders the server core's own refusal; the connection is closed after it.
    ///
    /// Runs on the event loop, as `handle` does.
    func refuse(_ refusal: HTTPRefusal) -> HTTPResponse
}

/// How a request is answered.
public enum HTTPHandling: Sendable {
    /// With this answer, now.
    case answer(HTTPResponse)
    /// With what the operation returns.
    ///
    /// It runs in a task off the loop, always to its end, also when its peer goes away: a write
    /// that was begun is completed and audited. Its answer resumes on the peer's loop.
    case suspended(@Sendable () async -> HTTPResponse)
}
