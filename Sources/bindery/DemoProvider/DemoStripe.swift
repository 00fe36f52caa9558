import HTTPWire
import JSON
import Model

/// Plays the payments of Stripe.
struct DemoStripe: Sendable {
    /// The first steps of its paths, behind `v1`.
    static let collections: Set<String> = ["payment_intents", "refunds", "balance"]

    /// The payments by id.
    var payments: [String: JSONObject] = [:]
    /// The refunds by id.
    var refunds: [String: JSONObject] = [:]
    /// The idempotency keys whose payment was answered 429 and not tried again yet.
    var limitedKeys: Set<String> = []
    private var requestCount = 0
    private var replays = DemoReplays()

    /// Answers a request.
    mutating func answer(_ request: DemoRequest) -> DemoAnswer {
        requestCount += 1
        var answer = credentialed(request)
        answer.headers.append(HTTPField("Request-Id", "req_demo_\(requestCount)"))
        return answer
    }

    private mutating func credentialed(_ request: DemoRequest) -> DemoAnswer {
        guard request.bearer.isDemoCredential, let credential = request.bearer else {
            return Self.error(401, "invalid_request_error", nil, "Invalid API Key provided")
        }
        let isLive = !credential.contains("test")
        guard request.method == .post else { return read(request, isLive) }
        guard let key = request.header("idempotency-key") else { return write(request, isLive) }
        let name = "\(credential) \(key)"
        if let known = replays.answer(of: name, to: request) { return known }
        let answer = write(request, isLive)
        replays.remember(answer, of: name, to: request)
        return answer
    }

    private func read(_ request: DemoRequest, _ isLive: Bool) -> DemoAnswer {
        let steps = Array(request.path.dropFirst())
        guard request.method == .get else { return .notFound }
        switch (steps.first, steps.count) {
        case ("balance", 1):
            return DemoAnswer([
                "object": "balance", "available": [["amount": 0, "currency": "usd"]],
                "livemode": .bool(isLive),
            ])
        case ("payment_intents", 2):
            return Self.found(payments[steps[1]], "payment_intent", steps[1])
        case ("refunds", 2): return Self.found(refunds[steps[1]], "refund", steps[1])
        default: return .notFound
        }
    }

    private mutating func write(_ request: DemoRequest, _ isLive: Bool) -> DemoAnswer {
        guard let form = request.form else {
            return Self.error(400, "invalid_request_error", nil, "The body is not a form.")
        }
        let steps = Array(request.path.dropFirst())
        switch (steps[0], steps.count) {
        case ("payment_intents", 1): return createPayment(form, request, isLive)
        case ("payment_intents", 3): return movePayment(steps[1], steps[2], form)
        case ("refunds", 1): return createRefund(form, request)
        default: return .notFound
        }
    }

    // MARK: Words

    private static func found(_ object: JSONObject?, _ kind: String, _ id: String) -> DemoAnswer {
        guard let object else { return missing(kind, id) }
        return DemoAnswer(.object(object))
    }

    static func missing(_ kind: String, _ id: String) -> DemoAnswer {
        error(404, "invalid_request_error", "resource_missing", "No such \(kind): '\(id)'")
    }

    static func missingParameter(_ name: String) -> DemoAnswer {
        let detail = "Missing required param: \(name)."
        return error(400, "invalid_request_error", "parameter_missing", detail, param: name)
    }

    static func unexpectedState(_ detail: String) -> DemoAnswer {
        error(400, "invalid_request_error", "payment_intent_unexpected_state", detail)
    }

    static func error(
        _ status: Int,
        _ type: String,
        _ code: String?,
        _ detail: String,
        param: String? = nil
    ) -> DemoAnswer {
        var error: JSONObject = ["type": .string(type), "message": .string(detail)]
        error["code"] = code.map { .string($0) }
        error["param"] = param.map { .string($0) }
        return DemoAnswer(status, ["error": .object(error)])
    }
}
