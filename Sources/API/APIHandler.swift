public import Commands
public import HTTPServer
public import HTTPWire
import JSON
import Model
import Platform

/// Answers HTTP requests with commands.
///
/// A request's way is the same for all and reads as a list in `Middleware.swift`. What needs no
/// waiting is answered at once on the event loop; the rest goes on in a task.
public final class APIHandler: HTTPHandler {
    /// How long a request waits for `Bindery-Min-Revision`.
    public static let revisionWait = Duration.seconds(5)

    let services: Services
    let routes: [Route]
    let router: Router
    let metrics: RequestMetrics

    /// A handler of all routes.
    public init(services: Services) {
        let routes = Routes.all
        let metrics = RequestMetrics(routes.map { ($0.path.text, $0.method) })
        self.services = services
        self.routes = routes
        self.router = Router(routes)
        self.metrics = metrics
        services.addMetrics { metrics.text }
    }

    /// Answers a request.
    public func handle(_ request: HTTPRequest) -> HTTPHandling {
        let began = MonotonicClock.precise
        let milliseconds = WallClock.milliseconds()
        let identity = RequestIdentity(request, now: milliseconds)
        let arrival = Arrival(
            request: request,
            identity: identity,
            now: Timestamp(milliseconds: milliseconds),
            began: began
        )
        var passage = Passage(trace: identity.trace)
        do {
            return try pass(arrival, &passage)
        } catch {
            return .answer(refusal(error, arrival, passage))
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

    /// Runs a command that waits, for its task.
    func later(
        _ route: Route,
        _ call: RouteCall,
        _ arrival: Arrival,
        _ passage: Passage,
        _ minimum: UInt64
    ) async -> HTTPResponse {
        defer { metrics.countWaited(arrival.request.method) }
        do {
            try await services.wait(for: minimum, atMost: Self.revisionWait)
            let response = try await runOnce(route, call, arrival, route.run.anyhow)
            return finish(response, arrival, passage)
        } catch {
            return refusal(error, arrival, passage)
        }
    }

    /// Runs a command that does not wait.
    func answer(
        _ arrival: Arrival,
        _ passage: Passage,
        _ run: () throws(CommandError) -> CommandAnswer
    ) -> HTTPResponse {
        do {
            return finish(arrival.renderer.render(try run()), arrival, passage)
        } catch {
            return refusal(error, arrival, passage)
        }
    }

    /// Answers an error.
    func refusal(
        _ error: CommandError,
        _ arrival: Arrival,
        _ passage: Passage
    ) -> HTTPResponse {
        let response = Problem.response(
            error,
            requestID: arrival.identity.id,
            instance: arrival.request.path,
            revision: services.revision
        )
        return finish(response, arrival, passage)
    }

    /// Counts an answer; every answer to a request passes here, once.
    func finish(
        _ response: HTTPResponse,
        _ arrival: Arrival,
        _ passage: Passage
    ) -> HTTPResponse {
        let nanoseconds = MonotonicClock.precise.nanoseconds - arrival.began.nanoseconds
        metrics.count(
            passage.route,
            arrival.request.method,
            response.status,
            nanoseconds: UInt64(max(0, nanoseconds))
        )
        return response
    }
}
