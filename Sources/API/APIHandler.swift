public import Commands
public import HTTPServer
public import HTTPWire
import JSON
import Model
import Platform

/// Answers HTTP requests with commands.
///
/// A request's way is the same for all and stands in `handle`, from top to bottom: its id, its route,
/// who sent it, whether the PDP lets it, what it asks for, and only then its command. What needs no
/// waiting is answered at once on the event loop; the rest goes on in a task.
public final class APIHandler: HTTPHandler {
    /// How long a request waits for `Bindery-Min-Revision`.
    public static let revisionWait = Duration.seconds(5)

    let services: Services
    let routes: [Route]
    let router: Router
    let metrics: RequestMetrics
    let memo = AnswerMemo()

    /// A handler of all routes.
    public init(services: Services) {
        let routes = Routes.all
        let metrics = RequestMetrics(names: routes.map(\.name))
        self.services = services
        self.routes = routes
        self.router = Router(routes)
        self.metrics = metrics
        services.addMetrics {
            var text = ""
            metrics.write(into: &text)
            return text
        }
    }

    /// Answers a request.
    public func handle(_ request: HTTPRequest) -> HTTPHandling {
        let began = MonotonicClock.precise
        let milliseconds = WallClock.milliseconds()
        let now = Timestamp(milliseconds: milliseconds)
        let question = question(request)
        if let entry = question.flatMap({ memo.entry($0, now: now) }) {
            return .answer(recall(entry, request, now, began))
        }
        let arrival = Arrival(
            request: request,
            identity: RequestIdentity(request, now: milliseconds),
            now: now,
            began: began,
            question: question
        )
        do {
            switch try admit(arrival) {
            case .answer(let response): return .answer(response)
            case .call(let index, let call):
                return try run(routes[index], index, call, arrival)
            }
        } catch {
            return .answer(refusal(error, arrival, route: nil))
        }
    }

    /// Answers a refusal of the server core.
    public func refuse(_ refusal: HTTPRefusal) -> HTTPResponse {
        let identity = RequestIdentity(
            requestID: refusal.requestID,
            now: WallClock.milliseconds()
        )
        metrics.countRefusal(refusal.status)
        return Problem.response(
            refusal,
            requestID: identity.id,
            revision: services.revision
        )
    }

    /// Runs the route's command, at once when it needs no waiting.
    private func run(
        _ route: Route,
        _ index: Int,
        _ call: RouteCall,
        _ arrival: Arrival
    ) throws(CommandError) -> HTTPHandling {
        // Who is known to nobody may not make the server wait.
        let minimum = route.isAnonymous ? 0 : try arrival.minimumRevision()
        let isOnce = route.method == .post && call.context.idempotencyKey != nil
        if case .now(let run) = route.run, minimum <= services.revision, !isOnce {
            return .answer(
                answer(arrival, index, call) { () throws(CommandError) in try run(call) }
            )
        }
        return .suspended { [self] in
            await later(route, index, call, arrival, minimum)
        }
    }

    private func later(
        _ route: Route,
        _ index: Int,
        _ call: RouteCall,
        _ arrival: Arrival,
        _ minimum: UInt64
    ) async -> HTTPResponse {
        do {
            try await services.wait(for: minimum, atMost: Self.revisionWait)
            let response = try await runOnce(route, call, arrival, route.run.anyhow)
            metrics.count(index, response.status, since: arrival.began)
            return response
        } catch {
            return refusal(error, arrival, route: index)
        }
    }

    private func answer(
        _ arrival: Arrival,
        _ index: Int,
        _ call: RouteCall,
        _ run: () throws(CommandError) -> CommandAnswer
    ) -> HTTPResponse {
        do {
            let response = arrival.renderer.render(try run())
            if routes[index].isPure { remember(response, arrival, index, call) }
            metrics.count(index, response.status, since: arrival.began)
            return response
        } catch {
            return refusal(error, arrival, route: index)
        }
    }

    func refusal(_ error: CommandError, _ arrival: Arrival, route: Int?) -> HTTPResponse {
        let response = Problem.response(
            error,
            requestID: arrival.identity.id,
            instance: arrival.request.path,
            revision: services.revision
        )
        metrics.count(route, response.status, since: arrival.began)
        return response
    }
}
