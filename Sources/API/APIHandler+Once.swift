import Commands
import HTTPWire
import JSON
import Model

extension APIHandler {
    typealias LaterRun = @Sendable (RouteCall) async throws(CommandError) -> CommandAnswer

    /// Runs a command that waits; with an `Idempotency-Key` once, and then answers the same again.
    func runOnce(
        _ route: Route,
        _ call: RouteCall,
        _ arrival: Arrival,
        _ run: LaterRun
    ) async throws(CommandError) -> HTTPResponse {
        let context = call.context
        guard let key = context.idempotencyKey, route.method == .post, !context.isDryRun else {
            return arrival.renderer.render(try await run(call))
        }
        let passage = try await services.idempotency.enter(
            key,
            request: "POST \(arrival.request.path)",
            body: arrival.request.body + Array((arrival.request.query ?? "").utf8),
            isDurable: route.claimsDurably,
            caller: context.caller,
            now: arrival.now
        )
        switch passage {
        case .replay(let answer): return replay(answer, arrival)
        case .run(let claim):
            let response = await respond(call, arrival, run)
            let kept = Self.kept(response, without: route.secretMembers)
            try await services.idempotency.leave(
                claim,
                answer: kept,
                caller: context.caller,
                now: arrival.now
            )
            return response
        }
    }

    private func respond(
        _ call: RouteCall,
        _ arrival: Arrival,
        _ run: LaterRun
    ) async -> HTTPResponse {
        do {
            return arrival.renderer.render(try await run(call))
        } catch {
            return Problem.response(
                error,
                requestID: arrival.identity.id,
                instance: arrival.request.path,
                revision: services.revision
            )
        }
    }

    private static let keptHeaders: Set<String> = [
        "content-type", "etag", "location", "cache-control", "retry-after",
    ]

    /// What is remembered of an answer; nil for one that another try may better.
    private static func kept(
        _ response: HTTPResponse,
        without secretMembers: Set<String>
    ) -> IdempotentAnswer? {
        guard response.status < 500, response.status != 429, response.status != 409 else {
            return nil
        }
        var bytes: [UInt8] = []
        if case .bytes(let body) = response.body { bytes = body }
        if !secretMembers.isEmpty, response.status < 300 {
            // What is shown once is shown once, also to who asks twice.
            guard case .object(var object) = JSONValue(reading: bytes) else { return nil }
            for member in secretMembers { object[member] = nil }
            bytes = JSONValue.object(object).serialized()
        }
        let headers = response.headers.filter { keptHeaders.contains($0.name.lowercased()) }
        return IdempotentAnswer(
            status: response.status,
            headers: Dictionary(headers.map { ($0.name, $0.value) }) { first, _ in first },
            body: bytes
        )
    }

    private func replay(_ answer: IdempotentAnswer, _ arrival: Arrival) -> HTTPResponse {
        var headers = AnswerHeaders.common(
            requestID: arrival.identity.id,
            revision: services.revision
        )
        for (name, value) in answer.headers.sorted(by: { $0.key < $1.key }) {
            headers.append(HTTPField(name, value))
        }
        headers.append(HTTPField("Idempotency-Replayed", "true"))
        return HTTPResponse(
            status: answer.status,
            headers: headers,
            body: answer.body.isEmpty ? .none : .bytes(answer.body)
        )
    }
}

extension JSONValue {
    /// The value of text that this server wrote; null when it is something else.
    fileprivate init(reading bytes: [UInt8]) {
        do {
            self = try JSONValue(parsing: bytes)
        } catch {
            self = .null
        }
    }
}
