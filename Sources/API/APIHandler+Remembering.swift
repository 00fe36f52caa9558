import Commands
import HTTPWire
import Model
import Platform

extension APIHandler {
    /// What a request's answer would be remembered under.
    ///
    /// The position is read before anything is computed, so that an answer is never older than the
    /// position that it is kept under.
    func question(_ request: HTTPRequest) -> AnswerMemo.Question? {
        guard services.isResolvingSettled else { return nil }
        let (position, keys) = (services.position, services.tokenKeysGeneration)
        return AnswerMemo.fingerprint(of: request)
            .map {
                AnswerMemo.Question(fingerprint: $0, position: position, keysGeneration: keys)
            }
    }

    /// Answers as before, under this request's id.
    ///
    /// The key counts as used, and the answer counts, as if it was made anew.
    func recall(
        _ entry: AnswerMemo.Entry,
        _ request: HTTPRequest,
        _ now: Timestamp,
        _ began: MonotonicInstant
    ) -> HTTPResponse {
        if let id = entry.credentialID { services.keyUsage.note(id, at: now) }
        let id = RequestIdentity.id(of: request, now: now.milliseconds)
        let response = HTTPResponse(
            prepared: entry.head,
            headers: [HTTPField(AnswerHeaders.requestID, id)],
            body: entry.body
        )
        let route = entry.passage.route
        let taken = metrics.count(route, request.method, entry.head.status, since: began)
        if accessLog != nil {
            var passage = entry.passage
            // The trace is the one thing of a passage that belongs to this request alone.
            passage.trace = RequestIdentity(request, now: now.milliseconds).trace
            log(response, to: request, id, passage, now, taken)
        }
        return response
    }

    /// Remembers the answer of a pure route.
    ///
    /// Not one that was made while a breaker opened, nor one with an `Idempotency-Key`, which has a
    /// memory of its own.
    func remember(
        _ response: HTTPResponse,
        _ arrival: Arrival,
        _ passage: Passage,
        _ call: RouteCall
    ) {
        guard let question = arrival.question, let route = passage.route, routes[route].isPure,
            response.status == 200,
            case .bytes(let body) = response.body, services.isResolvingSettled
        else { return }
        let headers = response.headers.filter { $0.name != AnswerHeaders.requestID }
        let caller = call.context.caller
        memo.keep(
            AnswerMemo.Entry(
                question: question,
                expiresAt: caller.repeatableUntil,
                credentialID: caller.storedCredential,
                passage: passage,
                head: PreparedHead(
                    status: response.status,
                    headers: headers,
                    bodyByteCount: body.count
                ),
                body: body
            )
        )
    }
}
