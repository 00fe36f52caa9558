import Commands
import HTTPWire

extension APIHandler {
    /// Answers a method that the path does not have; `OPTIONS` asks which it has.
    func methodNotAllowed(_ allowed: [HTTPMethod], _ arrival: Arrival) -> HTTPResponse {
        if arrival.request.method == .options { return options(allowed, arrival) }
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
}
