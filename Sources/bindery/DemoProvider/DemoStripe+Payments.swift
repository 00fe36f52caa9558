import HTTPWire
import JSON
import Model

extension DemoStripe {
    /// The texts of a payment that are kept as they are given.
    private static let texts = ["customer", "payment_method", "description", "receipt_email"]
    /// The states that a payment does not leave.
    private static let ends: Set<String> = ["succeeded", "canceled"]

    mutating func createPayment(
        _ form: [String: String],
        _ request: DemoRequest,
        _ isLive: Bool
    ) -> DemoAnswer {
        for name in ["amount", "currency"] where form[name] == nil {
            return Self.missingParameter(name)
        }
        guard let amount = form["amount"].flatMap({ Int64($0) }), amount > 0 else {
            let detail = "Invalid integer: amount"
            let code = "parameter_invalid_integer"
            return Self.error(400, "invalid_request_error", code, detail, param: "amount")
        }
        if let failure = failure(of: amount, request) { return failure }
        guard payments.count < DemoProvider.objectCountMax else { return .full }
        let id = "pi_demo_\(payments.count + 1)"
        let status = Self.status(form, isConfirmed: form["confirm"] == "true")
        var payment: JSONObject = [
            "id": .string(id), "object": "payment_intent", "amount": .integer(amount),
            "amount_received": .integer(status == "succeeded" ? amount : 0),
            "currency": .string(form["currency"]?.lowercased() ?? ""), "status": .string(status),
            "livemode": .bool(isLive),
            "capture_method": .string(form["capture_method"] ?? "automatic"),
            "client_secret": .string("\(id)_secret_demo"),
            "created": .integer(request.now.milliseconds / 1000),
            "metadata": .object(Self.metadata(form)),
        ]
        for name in Self.texts { payment[name] = form[name].map { .string($0) } }
        payments[id] = payment
        return DemoAnswer(.object(payment))
    }

    mutating func movePayment(
        _ id: String,
        _ step: String,
        _ form: [String: String]
    ) -> DemoAnswer {
        guard var payment = payments[id] else { return Self.missing("payment_intent", id) }
        let status = payment["status"]?.string ?? ""
        switch step {
        case "confirm":
            if let method = form["payment_method"] { payment["payment_method"] = .string(method) }
            guard !Self.ends.contains(status), payment["payment_method"] != nil else {
                return Self.unexpectedState("A PaymentIntent that is \(status) can't be confirmed.")
            }
            let isManual = payment["capture_method"] == "manual"
            payment["status"] = isManual ? "requires_capture" : "succeeded"
            if !isManual { payment["amount_received"] = payment["amount"] }
        case "capture":
            guard status == "requires_capture" else {
                return Self.unexpectedState("A PaymentIntent that is \(status) can't be captured.")
            }
            let captured = form["amount_to_capture"].flatMap { Int64($0) }
            payment["amount_received"] = captured.map { .integer($0) } ?? payment["amount"]
            payment["status"] = "succeeded"
        case "cancel":
            guard !Self.ends.contains(status) else {
                return Self.unexpectedState("A PaymentIntent that is \(status) can't be canceled.")
            }
            payment["status"] = "canceled"
            payment["cancellation_reason"] = form["cancellation_reason"].map { .string($0) }
        default: return .notFound
        }
        payments[id] = payment
        return DemoAnswer(.object(payment))
    }

    mutating func createRefund(_ form: [String: String], _ request: DemoRequest) -> DemoAnswer {
        guard let id = form["payment_intent"] else {
            return Self.missingParameter("payment_intent")
        }
        guard var payment = payments[id] else { return Self.missing("payment_intent", id) }
        guard payment["status"] == "succeeded" else {
            return Self.unexpectedState("This PaymentIntent has no successful charge to refund.")
        }
        let refunded = payment["amount_refunded"]?.integer ?? 0
        let left = (payment["amount_received"]?.integer ?? 0) - refunded
        let amount = form["amount"].flatMap { Int64($0) } ?? left
        guard left > 0, amount > 0, amount <= left else {
            let detail = "The charge has \(left) left to refund."
            return Self.error(400, "invalid_request_error", "charge_already_refunded", detail)
        }
        guard refunds.count < DemoProvider.objectCountMax else { return .full }
        let refundID = "re_demo_\(refunds.count + 1)"
        var refund: JSONObject = [
            "id": .string(refundID), "object": "refund", "amount": .integer(amount),
            "currency": payment["currency"] ?? .null, "payment_intent": .string(id),
            "status": "succeeded", "created": .integer(request.now.milliseconds / 1000),
            "metadata": .object(Self.metadata(form)),
        ]
        refund["reason"] = form["reason"].map { .string($0) }
        payment["amount_refunded"] = .integer(refunded + amount)
        payments[id] = payment
        refunds[refundID] = refund
        return DemoAnswer(.object(refund))
    }

    private static func status(_ form: [String: String], isConfirmed: Bool) -> String {
        guard form["payment_method"] != nil else { return "requires_payment_method" }
        guard isConfirmed else { return "requires_confirmation" }
        return form["capture_method"] == "manual" ? "requires_capture" : "succeeded"
    }

    /// The pairs written `metadata[name]`, by their names.
    private static func metadata(_ form: [String: String]) -> JSONObject {
        let prefix = "metadata["
        let pairs = form.filter { $0.key.hasPrefix(prefix) && $0.key.hasSuffix("]") }
            .sorted { $0.key < $1.key }
        return JSONObject(
            pairs.map { (String($0.key.dropFirst(prefix.count).dropLast()), .string($0.value)) }
        )
    }
}
