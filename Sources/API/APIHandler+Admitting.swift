import Commands
import HTTPWire
import Model
import Policy

extension APIHandler {
    /// What a request is let through to.
    enum Admission {
        /// This answer, without a command.
        case answer(HTTPResponse)
        /// A route's command.
        case call(Int, RouteCall)
    }

    /// The middleware, in its fixed order.
    ///
    /// Nothing but the anonymous routes tells a caller without a credential whether it exists.
    func admit(_ arrival: Arrival) throws(CommandError) -> Admission {
        let request = arrival.request
        if request.method == .options, request.path == "*" {
            return .answer(options(HTTPMethod.allCases, arrival))
        }
        let match = router.match(request.method, path: request.pathBytes)
        if case .route(let index, let values) = match, case .anyone = routes[index].access {
            return .call(index, try call(index, values, arrival, caller: .anonymous(request)))
        }
        if case .methodNotAllowed(let allowed, isAnonymous: true) = match {
            return .answer(methodNotAllowed(allowed, arrival))
        }
        let caller = try caller(of: arrival)
        switch match {
        case .route(let index, let values):
            return .call(index, try call(index, values, arrival, caller: caller))
        case .methodNotAllowed(let allowed, _):
            return .answer(methodNotAllowed(allowed, arrival))
        case .notFound: throw .notFound("such path")
        }
    }

    /// Finds out who sent a request: a header goes over a client certificate, so that what a client
    /// says goes over what its connection, perhaps a shared one, has.
    private func caller(of arrival: Arrival) throws(CommandError) -> Caller {
        let request = arrival.request
        let token = try arrival.bearerToken()
        if token == nil, let certificate = request.clientCertificate {
            return try services.authentication.caller(
                certificate: VerifiedCertificate(
                    subject: certificate.subject,
                    names: certificate.names,
                    fingerprint: certificate.fingerprint
                ),
                address: request.peerAddress,
                now: arrival.now
            )
        }
        return try services.authentication.caller(
            token: token,
            address: request.peerAddress,
            now: arrival.now
        )
    }

    private func methodNotAllowed(_ allowed: [HTTPMethod], _ arrival: Arrival) -> HTTPResponse {
        if arrival.request.method == .options { return options(allowed, arrival) }
        metrics.count(nil, 405, since: arrival.began)
        return Problem.methodNotAllowed(
            allowed,
            requestID: arrival.identity.id,
            instance: arrival.request.path,
            revision: services.revision
        )
    }

    private func options(_ allowed: [HTTPMethod], _ arrival: Arrival) -> HTTPResponse {
        var headers = AnswerHeaders.common(
            requestID: arrival.identity.id,
            revision: services.revision
        )
        headers.append(HTTPField("Allow", allowed.map(\.rawValue).joined(separator: ", ")))
        headers.append(HTTPField("Cache-Control", "no-store"))
        return HTTPResponse(status: 204, headers: headers)
    }

    /// Asks the PDP, and reads what the request asks for.
    private func call(
        _ index: Int,
        _ values: [String],
        _ arrival: Arrival,
        caller: Caller
    ) throws(CommandError) -> RouteCall {
        let route = routes[index]
        let request = arrival.request
        let parameters = PathParameters(names: route.path.parameters, values: values)
        var scope: TenantScope?
        if case .action(let action) = route.access {
            scope = try caller.authorize(
                action,
                tenant: try tenant(parameters),
                environment: parameters["env"].flatMap(EnvironmentName.init)
            )
        }
        let query = try QueryParameters(request.query, known: route.knownParameters)
        let context = CommandContext(
            services: services,
            caller: caller,
            requestID: arrival.identity.id,
            traceparent: arrival.identity.traceparent,
            idempotencyKey: request.header("idempotency-key"),
            isDryRun: route.isWrite ? try query.bool("dryRun") : false,
            precondition: try RequestConditions.read(request),
            now: arrival.now
        )
        return RouteCall(
            context: context,
            query: query,
            body: try RequestBody.read(request, route.body),
            workflowHeader: request.header("bindery-workflow"),
            scope: scope,
            parameters: parameters
        )
    }

    private func tenant(_ parameters: PathParameters) throws(CommandError) -> TenantID? {
        guard let text = parameters["tenant"] else { return nil }
        guard let tenant = TenantID(text) else { throw .notFound("such tenant") }
        return tenant
    }
}

extension Caller {
    /// Whoever calls a route that is open to anyone.
    fileprivate static func anonymous(_ request: HTTPRequest) -> Caller {
        .anyone(address: request.peerAddress)
    }
}
