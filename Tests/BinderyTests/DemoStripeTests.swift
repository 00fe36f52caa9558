import HTTPWire
import JSON
import Testing

@testable import bindery

@Suite struct DemoStripeTests {
    private let stripe = DemoCaller([HTTPField("Authorization", "Bearer demo-acme-prod")])
    private let payments = "/v1/payment_intents"

    private func code(_ answer: DemoAnswer) -> String? { answer.json["error"]?["code"]?.string }

    @Test(arguments: [nil, "Bearer sk_live_1", "Basic demo-a", "demo-a"])
    func `refuses what is no demo credential`(_ field: String?) throws {
        let caller = DemoCaller(field.map { [HTTPField("Authorization", $0)] } ?? [])
        let answer = try caller.get("/v1/balance")
        #expect(answer.status == 401)
        #expect(answer.json["error"]?["type"] == "invalid_request_error")
        #expect(answer.headers.contains { $0.name == "Request-Id" })
    }

    @Test(arguments: [
        ("", "requires_payment_method"), ("&payment_method=pm_1", "requires_confirmation"),
        ("&payment_method=pm_1&confirm=true", "succeeded"),
        ("&confirm=true", "requires_payment_method"),
        ("&payment_method=pm_1&confirm=true&capture_method=manual", "requires_capture"),
    ])
    func `a payment's status follows from what was given`(_ more: String, _ status: String) throws {
        let answer = try stripe.post(payments, "amount=5000&currency=usd" + more)
        #expect(answer.status == 200)
        #expect(answer.json["id"] == "pi_demo_1")
        #expect(answer.json["amount"] == 5000)
        #expect(answer.json["status"] == .string(status))
        #expect(answer.json["livemode"] == true)
        #expect(answer.json["created"] == 1000)
        #expect(try stripe.get(payments + "/pi_demo_1").json == answer.json)
    }

    @Test func `a test key's payment is not live`() throws {
        let caller = DemoCaller([HTTPField("Authorization", "Bearer demo-acme-test")])
        #expect(try caller.post(payments, "amount=1&currency=usd").json["livemode"] == false)
    }

    @Test func `names the parameter that is missing or wrong`() throws {
        let missing = try stripe.post(payments, "amount=5000")
        #expect(missing.status == 400 && code(missing) == "parameter_missing")
        #expect(missing.json["error"]?["param"] == "currency")
        #expect(
            try code(stripe.post(payments, "amount=0&currency=usd")) == "parameter_invalid_integer"
        )
        #expect(try stripe.json(.post, payments, "{}").status == 400)
        #expect(try stripe.post(payments, "amount=%zz").status == 400)
    }

    @Test func `a payment moves only as its status lets it`() throws {
        _ = try stripe.post(payments, "amount=5000&currency=usd")
        #expect(
            try code(stripe.post(payments + "/pi_demo_1/confirm", ""))
                == "payment_intent_unexpected_state"
        )
        #expect(
            try code(stripe.post(payments + "/pi_demo_1/capture", ""))
                == "payment_intent_unexpected_state"
        )
        let confirmed = try stripe.post(payments + "/pi_demo_1/confirm", "payment_method=pm_1")
        #expect(confirmed.json["status"] == "succeeded")
        #expect(
            try code(stripe.post(payments + "/pi_demo_1/cancel", ""))
                == "payment_intent_unexpected_state"
        )
        _ = try stripe.post(payments, "amount=5000&currency=usd")
        let canceled = try stripe.post(
            payments + "/pi_demo_2/cancel",
            "cancellation_reason=fraudulent"
        )
        #expect(canceled.json["status"] == "canceled")
        #expect(canceled.json["cancellation_reason"] == "fraudulent")
        #expect(try code(stripe.get(payments + "/pi_demo_3")) == "resource_missing")
    }

    @Test func `refunds no more than what is left`() throws {
        let paid = "amount=5000&currency=usd&payment_method=pm_1&confirm=true"
        _ = try stripe.post(payments, paid)
        let part = try stripe.post("/v1/refunds", "payment_intent=pi_demo_1&amount=2000")
        #expect(part.json["amount"] == 2000 && part.json["status"] == "succeeded")
        #expect(
            try code(stripe.post("/v1/refunds", "payment_intent=pi_demo_1&amount=3001"))
                == "charge_already_refunded"
        )
        #expect(try stripe.post("/v1/refunds", "payment_intent=pi_demo_1").json["amount"] == 3000)
        #expect(
            try code(stripe.post("/v1/refunds", "payment_intent=pi_demo_1"))
                == "charge_already_refunded"
        )
        #expect(try stripe.get("/v1/refunds/re_demo_1").json == part.json)
        #expect(try stripe.post("/v1/refunds", "payment_intent=pi_demo_9").status == 404)
        _ = try stripe.post(payments, "amount=1&currency=usd")
        #expect(
            try code(stripe.post("/v1/refunds", "payment_intent=pi_demo_2"))
                == "payment_intent_unexpected_state"
        )
    }

    @Test func `the same idempotency key is answered the same, another request is refused`() throws
    {
        let first = try stripe.post(payments, "amount=5000&currency=usd", key: "k")
        let again = try stripe.post(payments, "amount=5000&currency=usd", key: "k")
        #expect(again.json == first.json)
        #expect(again.headers.contains(HTTPField("Idempotent-Replayed", "true")))
        let other = try stripe.post(payments, "amount=6000&currency=usd", key: "k")
        #expect(other.status == 400 && other.json["error"]?["type"] == "idempotency_error")
        #expect(
            try stripe.post(payments, "amount=5000&currency=usd", key: "l").json["id"]
                == "pi_demo_2"
        )
    }

    @Test(arguments: [(40_200, 402), (42_900, 429), (50_000, 500), (50_300, 503)])
    func `amounts choose what goes wrong`(_ amount: Int, _ status: Int) throws {
        let answer = try stripe.post(payments, "amount=\(amount)&currency=usd")
        #expect(answer.status == status)
        #expect(answer.json["error"]?["message"] != nil)
    }

    @Test func `what was limited is taken when it is tried again`() throws {
        let form = "amount=42900&currency=usd"
        let first = try stripe.post(payments, form, key: "k")
        #expect(first.headers.contains(HTTPField("Retry-After", "1")))
        #expect(try stripe.post(payments, form, key: "k").status == 200)
        #expect(try stripe.post(payments, form).status == 429)
        #expect(try stripe.post(payments, form).status == 200)
    }

    @Test func `two amounts never get a whole answer`() throws {
        #expect(try stripe.post(payments, "amount=50400&currency=usd").manner == .never)
        #expect(try stripe.post(payments, "amount=50200&currency=usd").manner == .broken)
    }
}
