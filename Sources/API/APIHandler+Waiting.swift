import Commands
import HTTPServer
import HTTPWire
import Model
import Platform
import Tokens

/// Requests that have to wait before they can be judged: for the keys of a token's issuer, or for a
/// revision. They wait off the event loop, and come through the middleware again, so that they are
/// judged by what holds then and not by what held when they came.
extension APIHandler {
    /// Lets a request wait for keys.
    func wait(_ admission: Admission, _ arrival: Arrival) -> HTTPHandling {
        guard case .keys(let keys) = admission else {
            preconditionFailure("a caller that is known waits for no keys")
        }
        metrics.countWaiting(arrival.request.method)
        return .suspended { [self] in
            await keys.read()
            metrics.countWaited(arrival.request.method)
            return await answerAgain(arrival, mayWait: false)
        }
    }

    /// Lets a request wait for the revision that it wants to see at least.
    ///
    /// A key may be revoked, or an environment gone, at that very revision: whoever names it is
    /// answered by it, admission included.
    func wait(
        for revision: UInt64,
        _ arrival: Arrival,
        _ passage: Passage
    ) -> HTTPHandling {
        metrics.countWaiting(arrival.request.method)
        return .suspended { [self] in
            do throws(CommandError) {
                defer { metrics.countWaited(arrival.request.method) }
                try await services.wait(for: revision, atMost: Self.revisionWait)
            } catch {
                return refusal(error, arrival, passage)
            }
            return await answerAgain(arrival, mayWait: true)
        }
    }

    /// Answers a request that has waited, by what holds now; it waits for keys at most once.
    private func answerAgain(_ arrival: Arrival, mayWait: Bool) async -> HTTPResponse {
        let arrival = Arrival(
            request: arrival.request,
            identity: arrival.identity,
            now: Timestamp(milliseconds: WallClock.milliseconds()),
            began: arrival.began,
            question: question(arrival.request)
        )
        var passage = Passage(trace: arrival.identity.trace)
        do {
            switch try pass(arrival, &passage, mayWait: mayWait) {
            case .answer(let response): return response
            case .suspended(let run): return await run()
            }
        } catch {
            return refusal(error, arrival, passage)
        }
    }
}
