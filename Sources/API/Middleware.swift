import Commands
import HTTPServer
import HTTPWire
import Model
import Platform
import Policy

/// The middleware: what stands between a request and its command, in an order that never changes.
///
/// 1. Size limits and deadlines: the server core keeps them (`HTTPServer`), before there is a
///    request; what it refuses comes in by `APIHandler.refuse`.
/// 2. Request id and trace: `APIHandler.handle` reads them (`RequestIdentity`); and asks the memo,
///    which repeats what all further steps decided of the same request (`AnswerMemo`).
/// 3. Everything in `pass`, one line for a step.
/// 4. Counting and logging: `APIHandler.finish`, which every answer passes.
///
/// The audit record is the command's own last step: only it knows what was before and after, and it
/// writes the record before it answers. Who is refused before is noted here, within bounds, and
/// answered at once (`APIHandler+Refused`).
extension APIHandler {
    /// Lets a request through to its command, or throws at the first step that refuses it.
    ///
    /// Nothing but the anonymous routes tells a caller without a credential whether it exists.
    func pass(
        _ arrival: Arrival,
        _ passage: inout Passage,
        mayWait: Bool = true
    ) throws(CommandError) -> HTTPHandling {
        let match = findRoute(arrival, &passage)
        let admission = try authenticate(arrival, match, &passage, mayWait)
        guard case .caller(let caller) = admission else { return wait(admission, arrival) }
        guard case .route(let index, let values) = match else {
            return .answer(try withoutRoute(match, arrival, passage))
        }
        let route = routes[index]
        let parameters = PathParameters(names: route.path.parameters, values: values)
        let scope = try authorize(caller, route, parameters, arrival, &passage)
        beginTrace(route, &passage)
        let call = try read(arrival, route, parameters, caller, scope, passage)
        let minimum = try minimumRevision(arrival, route)
        return run(route, call, arrival, passage, minimum)
    }

    // MARK: The steps, in their order

    /// Finds the route; a request to the server as a whole has none.
    private func findRoute(_ arrival: Arrival, _ passage: inout Passage) -> Router.Match {
        let request = arrival.request
        if request.method == .options, request.path == "*" {
            return .methodNotAllowed(HTTPMethod.allCases, isAnonymous: true)
        }
        let match = router.match(request.method, path: request.pathBytes)
        if case .route(let index, _) = match { passage.route = index }
        return match
    }

    /// Finds out who sent it; an address that failed too often is refused here.
    private func authenticate(
        _ arrival: Arrival,
        _ match: Router.Match,
        _ passage: inout Passage,
        _ mayWait: Bool
    ) throws(CommandError) -> Admission {
        if isAnonymous(match) { return .caller(.anyone(address: arrival.request.peerAddress)) }
        let admission = try noting(arrival, passage) { () throws(CommandError) in
            try self.admission(of: arrival, mayWait)
        }
        if case .caller(let caller) = admission { passage.credential = caller.credential.id }
        return admission
    }

    /// Finds out who sent a request: a header goes over a client certificate, so that what a client
    /// says goes over what its connection, perhaps a shared one, has.
    private func admission(
        of arrival: Arrival,
        _ mayWait: Bool
    ) throws(CommandError) -> Admission {
        let request = arrival.request
        let token = try arrival.bearerToken()
        if token == nil, let certificate = request.clientCertificate {
            let caller = try services.authentication.caller(
                certificate: VerifiedCertificate(
                    subject: certificate.subject,
                    names: certificate.names,
                    fingerprint: certificate.fingerprint
                ),
                address: request.peerAddress,
                now: arrival.now
            )
            return .caller(caller)
        }
        return try services.authentication.admission(
            token: token,
            address: request.peerAddress,
            now: arrival.now,
            mayWait: mayWait
        )
    }

    private func isAnonymous(_ match: Router.Match) -> Bool {
        switch match {
        case .route(let index, _): routes[index].isAnonymous
        case .methodNotAllowed(_, let isAnonymous): isAnonymous
        case .notFound: false
        }
    }

    /// Answers what has no command; only now may a caller know what is there.
    private func withoutRoute(
        _ match: Router.Match,
        _ arrival: Arrival,
        _ passage: Passage
    ) throws(CommandError) -> HTTPResponse {
        guard case .methodNotAllowed(let allowed, _) = match else { throw .notFound("such path") }
        return finish(methodNotAllowed(allowed, arrival), arrival, passage)
    }

    /// Asks the PDP.
    private func authorize(
        _ caller: Caller,
        _ route: Route,
        _ parameters: PathParameters,
        _ arrival: Arrival,
        _ passage: inout Passage
    ) throws(CommandError) -> TenantScope? {
        let action: Action
        let tenant: TenantID?
        switch route.access {
        case .anyone, .signature: return nil
        case .action(let named): (action, tenant) = (named, try self.tenant(parameters))
        case .tenantAction(let named):
            (action, tenant) = (named, try self.tenant(arrival, route) ?? caller.credential.tenant)
        }
        do throws(CommandError) {
            let environment = parameters["env"].flatMap(EnvironmentName.init)
            let scope = try caller.authorize(action, tenant: tenant, environment: environment)
            passage.tenant = scope?.tenant
            return scope
        } catch {
            noteDenied(error, action, to: caller, arrival, passage)
            throw error
        }
    }

    private func tenant(_ parameters: PathParameters) throws(CommandError) -> TenantID? {
        guard let text = parameters["tenant"] else { return nil }
        guard let tenant = TenantID(text) else { throw .notFound("such tenant") }
        return tenant
    }

    /// Begins a trace for what goes on to other services or to the disk, when the client has none.
    ///
    /// What is answered at once takes part in no trace but its client's.
    private func beginTrace(_ route: Route, _ passage: inout Passage) {
        guard case .later = route.run, passage.trace == nil else { return }
        passage.trace = .begin()
    }

    /// The tenant in the query, which the PDP has to know before anything else of it is looked at.
    private func tenant(_ arrival: Arrival, _ route: Route) throws(CommandError) -> TenantID? {
        let query = try QueryParameters(arrival.request.query, of: route)
        guard let text = query["tenant"] else { return nil }
        guard let tenant = TenantID(text) else { throw .notFound("such tenant") }
        return tenant
    }

    /// Reads what it asks for: its query, its conditions, its body.
    private func read(
        _ arrival: Arrival,
        _ route: Route,
        _ parameters: PathParameters,
        _ caller: Caller,
        _ scope: TenantScope?,
        _ passage: Passage
    ) throws(CommandError) -> RouteCall {
        let request = arrival.request
        let isRaw = route.body == .raw
        let query = try QueryParameters(
            isRaw ? nil : request.query,
            of: route
        )
        let context = CommandContext(
            services: services,
            caller: caller,
            requestID: arrival.identity.id,
            trace: passage.trace,
            // What only asks is answered by what holds now, however often it is sent.
            idempotencyKey: route.isPure || route.isQuestion || isRaw
                ? nil : request.header("idempotency-key"),
            isDryRun: route.isWrite ? try query.bool("dryRun") : false,
            precondition: isRaw ? .none : try RequestConditions.read(request),
            now: arrival.now
        )
        return RouteCall(
            context: context,
            query: query,
            body: try RequestBody.read(request, route.body),
            bodyIsLines: RequestBody.isLines(request, route.body),
            workflowHeader: request.header("bindery-workflow"),
            lastEventID: request.header("last-event-id"),
            origin: route.isAnonymous ? arrival.origin : nil,
            posted: isRaw ? request : nil,
            scope: scope,
            parameters: parameters
        )
    }

    /// Reads which revision it wants to see; who is known to nobody may not make the server wait.
    private func minimumRevision(_ arrival: Arrival, _ route: Route) throws(CommandError) -> UInt64
    {
        route.isAnonymous ? 0 : try arrival.minimumRevision()
    }

    /// Runs the command: at once when it needs no waiting, else in a task.
    ///
    /// With an `Idempotency-Key` it runs once. Who waits for a revision is judged anew by it.
    private func run(
        _ route: Route,
        _ call: RouteCall,
        _ arrival: Arrival,
        _ passage: Passage,
        _ minimum: UInt64
    ) -> HTTPHandling {
        guard minimum <= services.revision else { return wait(for: minimum, arrival, passage) }
        let isOnce = route.method == .post && call.context.idempotencyKey != nil
        if let run = route.run.now(for: call), !isOnce {
            return answer(route, arrival, passage, call) { () throws(CommandError) in
                try run(call)
            }
        }
        metrics.countWaiting(arrival.request.method)
        return .suspended { [self] in await later(route, call, arrival, passage) }
    }
}
