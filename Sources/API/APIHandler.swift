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
    let memo = AnswerMemo()
    /// Nil when requests are not logged.
    let accessLog: AccessLog?

    /// A handler of all routes; with a log, every answer is told to it.
    public init(services: Services, accessLog: AccessLog? = nil) {
        let routes = Routes.all
        let metrics = RequestMetrics(routes.map { ($0.path.text, $0.method) })
        self.services = services
        self.routes = routes
        self.router = Router(routes)
        self.metrics = metrics
        self.accessLog = accessLog
        services.addMetrics { metrics.text + (accessLog?.metricsText ?? "") }
    }

    /// Answers a request.
    public func handle(_ request: HTTPRequest) -> HTTPHandling {
        let began = MonotonicClock.precise
        let milliseconds = WallClock.milliseconds()
        let now = Timestamp(milliseconds: milliseconds)
        if let certificate = request.clientCertificate,
            Int64(certificate.notAfter) < milliseconds / 1000
        {
            // It ended while its connection went on: from now on it stands for nobody.
            var request = request
            request.clientCertificate = nil
            return handle(request)
        }
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
        var passage = Passage(trace: arrival.identity.trace)
        do {
            return try pass(arrival, &passage)
        } catch {
            return .answer(refusal(error, arrival, passage))
        }
    }

    /// Answers a refusal of the server core.
    public func refuse(_ refusal: HTTPRefusal) -> HTTPResponse {
        let now = WallClock.milliseconds()
        let identity = RequestIdentity(requestID: refusal.requestID, now: now)
        let response = Problem.response(
            refusal,
            requestID: identity.id,
            revision: services.revision
        )
        log(response, to: refusal, identity.id, now)
        return response
    }

    /// Runs a command that waits, for its task.
    func later(
        _ route: Route,
        _ call: RouteCall,
        _ arrival: Arrival,
        _ passage: Passage
    ) async -> HTTPResponse {
        defer { metrics.countWaited(arrival.request.method) }
        do {
            let run = decided(route, arrival, passage)
            let response = try await runOnce(route, call, arrival, run)
            return finish(response, arrival, passage)
        } catch {
            return refusal(error, arrival, passage)
        }
    }

    /// Runs a command that does not wait; where it made a decision that has to be written first,
    /// its answer does.
    func answer(
        _ route: Route,
        _ arrival: Arrival,
        _ passage: Passage,
        _ call: RouteCall,
        _ run: () throws(CommandError) -> CommandAnswer
    ) -> HTTPHandling {
        do {
            let answer = try run()
            let response = arrival.renderer.render(answer)
            guard let decisions = answer.decisions else {
                remember(response, arrival, passage, call)
                return .answer(finish(response, arrival, passage))
            }
            guard !decisions.isEmpty else { return .answer(finish(response, arrival, passage)) }
            return write(decisions, before: response, arrival, passage)
        } catch {
            noteForbidden(error, route, call.context.caller, arrival, passage)
            return .answer(refusal(error, arrival, passage))
        }
    }

    private func write(
        _ decisions: LoggedDecisions,
        before response: HTTPResponse,
        _ arrival: Arrival,
        _ passage: Passage
    ) -> HTTPHandling {
        metrics.countWaiting(arrival.request.method)
        return .suspended { [self] in
            defer { metrics.countWaited(arrival.request.method) }
            do throws(CommandError) {
                try await services.write(decisions)
                return finish(response, arrival, passage)
            } catch {
                return refusal(error, arrival, passage)
            }
        }
    }

    /// The command, for a task, with its decisions written when it returns.
    private func decided(_ route: Route, _ arrival: Arrival, _ passage: Passage) -> LaterRun {
        { [self] call async throws(CommandError) in
            do throws(CommandError) {
                let answer = try await route.run.anyhow(call)
                if let decisions = answer.decisions { try await services.write(decisions) }
                return answer
            } catch {
                noteForbidden(error, route, call.context.caller, arrival, passage)
                throw error
            }
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

    /// Counts and logs an answer; every answer to a request passes here, once.
    func finish(
        _ response: HTTPResponse,
        _ arrival: Arrival,
        _ passage: Passage
    ) -> HTTPResponse {
        let request = arrival.request
        let nanoseconds = metrics.count(
            passage.route,
            request.method,
            response.status,
            since: arrival.began
        )
        log(response, to: request, arrival.identity.id, passage, arrival.now, nanoseconds)
        return response
    }
}
