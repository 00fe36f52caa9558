import HTTPWire
import JSON
import Model
import Testing

@testable import bindery

/// Calls the demo provider in process.
struct DemoCaller {
    let provider: DemoProvider
    var headers: [HTTPField] = []

    init(vault: DemoVault = DemoVault(secrets: [:], token: nil), _ headers: [HTTPField] = []) {
        self.provider = DemoProvider(vault: vault)
        self.headers = headers
    }

    /// Sends a request with these fields beside the caller's own.
    func send(
        _ method: HTTPMethod,
        _ target: String,
        _ more: [HTTPField] = [],
        body: String = ""
    ) throws -> DemoAnswer {
        let request = try HTTPRequest(
            method,
            target,
            headers: headers + more,
            body: Array(body.utf8)
        )
        let now = Timestamp(milliseconds: 1_000_000)
        return provider.answer(to: try #require(DemoRequest(request, now: now)))
    }

    func get(_ target: String) throws -> DemoAnswer { try send(.get, target) }

    /// Posts a form.
    func post(_ target: String, _ form: String, key: String? = nil) throws -> DemoAnswer {
        let type = HTTPField("Content-Type", "application/x-www-form-urlencoded")
        let keys = key.map { [HTTPField("Idempotency-Key", $0)] } ?? []
        return try send(.post, target, [type] + keys, body: form)
    }

    /// Sends JSON.
    func json(_ method: HTTPMethod, _ target: String, _ body: String) throws -> DemoAnswer {
        try send(method, target, [HTTPField("Content-Type", "application/json")], body: body)
    }
}
