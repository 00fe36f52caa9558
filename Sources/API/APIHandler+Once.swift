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
            Self.question(key, route, call, arrival),
            caller: context.caller,
            now: arrival.now
        )
        switch passage {
        case .replay(let answer): return replay(answer, arrival)
        case .run(let ticket):
            ticket.render { Self.kept(arrival.renderer.render($0), without: route.secretMembers) }
            var call = call
            call.context.ticket = ticket
            let (response, effect) = await respond(call, arrival, run)
            let isFinal = Self.isFinal(response.status, effect)
            await services.idempotency.leave(
                ticket,
                answer: isFinal ? Self.kept(response, without: route.secretMembers) : nil,
                effect: effect,
                caller: context.caller,
                now: arrival.now
            )
            return response
        }
    }

    /// What must be the same for two requests to be one: the operation and what the path names,
    /// however it was encoded, and everything that the command reads.
    private static func question(
        _ key: String,
        _ route: Route,
        _ call: RouteCall,
        _ arrival: Arrival
    ) -> IdempotencyGate.Question {
        let request = arrival.request
        let names = call.parameters.values.map { "\($0.utf8.count):\($0)" }
        let parts = [request.query ?? "", call.workflowHeader ?? ""].joined(separator: "\n")
        return IdempotencyGate.Question(
            key: key,
            request: "\(route.name) \(names.joined(separator: " "))",
            content: Array("\(parts)\n".utf8) + request.body,
            isDurable: route.claimsDurably
        )
    }

    private func respond(
        _ call: RouteCall,
        _ arrival: Arrival,
        _ run: LaterRun
    ) async -> (response: HTTPResponse, effect: CommandError.Effect) {
        do {
            return (arrival.renderer.render(try await run(call)), .none)
        } catch {
            let response = Problem.response(
                error,
                requestID: arrival.identity.id,
                instance: arrival.request.path,
                revision: services.revision
            )
            return (response, error.effect)
        }
    }

    /// Whether another try of the same request would be answered alike, as far as anybody knows.
    ///
    /// For a key that ended in the meantime nothing is kept.
    private static func isFinal(_ status: Int, _ effect: CommandError.Effect) -> Bool {
        switch effect {
        case .spent: true
        case .repeatable, .refusedForNow: false
        case .none: status < 500 && status != 429 && status != 409 && status != 401
        }
    }

    private static let keptHeaders: Set<String> = [
        "content-type", "etag", "location", "cache-control", "retry-after",
    ]

    /// What is remembered of an answer; nil when that can't be told without its secrets.
    private static func kept(
        _ response: HTTPResponse,
        without secretMembers: Set<String>
    ) -> IdempotentAnswer? {
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
