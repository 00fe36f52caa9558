import Commands
import HTTPServer
import HTTPWire
import Model
import Platform
import Tokens

/// Requests whose token's issuer has keys that were not read yet: they wait off the event loop, and
/// come through the middleware again.
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
            return await answerAgain(arrival)
        }
    }

    /// Answers a request that has waited for keys, by what holds now; it does not wait for them twice.
    private func answerAgain(_ arrival: Arrival) async -> HTTPResponse {
        let arrival = Arrival(
            request: arrival.request,
            identity: arrival.identity,
            now: Timestamp(milliseconds: WallClock.milliseconds()),
            began: arrival.began,
            question: question(arrival.request)
        )
        var passage = Passage(trace: arrival.identity.trace)
        do {
            switch try pass(arrival, &passage, mayWait: false) {
            case .answer(let response): return response
            case .suspended(let run): return await run()
            }
        } catch {
            return refusal(error, arrival, passage)
        }
    }
}
