import API
import Commands
import Foundation
import HTTPWire
import JSON
import Ledger
import Model
import Platform

/// A server with connections that providers post to.
struct WebhookWorld {
    static let key = "whsec_test_0123456789"
    static let path = "/v1/tenants/acme-corp/connections/hook/webhooks/inbound"

    var api: TestAPI
    let secrets: LogFolder

    /// A server over a new ledger, or over another one's.
    init(
        over ledger: Ledger? = nil,
        secrets: LogFolder? = nil,
        change: (inout Services.Settings) -> Void = { _ in }
    ) async throws {
        self.secrets = try secrets ?? LogFolder()
        api = try await TestAPI(over: ledger, secretRoot: self.secrets.folder.path) { settings in
            settings.eventHeartbeat = .milliseconds(50)
            change(&settings)
        }
        guard ledger == nil else { return }
        try write(["apiKey": "k", "signingKey": .string(Self.key)])
        try await putSpec("payments.hook", ["scheme": "stripe"])
        for tenant in ["acme-corp", "other-corp"] { try await put("hook", of: tenant) }
    }

    /// Writes the secret that all connections have.
    func write(_ secret: JSONValue, to name: String = "hook.json") throws {
        let url = URL(filePath: secrets.path(name))
        try Data(secret.serialized()).write(to: url)
    }

    /// Registers a spec whose webhooks are signed like this.
    func putSpec(_ key: String, _ signing: JSONObject) async throws {
        var member: JSONObject = ["type": "webhook-signing", "secretField": "signingKey"]
        for given in signing { member[given.key] = given.value }
        var spec = SampleObjects.spec.object ?? [:]
        spec["meta"] = ["key": .string(key), "version": 1, "category": "payments"]
        spec["secretSchema"] = nil
        spec["auth"] = [["type": "bearer", "secretField": "apiKey"], .object(member)]
        try await api.must(.put, "/v1/specs/integrations/\(key)/versions/1", .object(spec))
    }

    /// Makes a connection.
    func put(
        _ id: String,
        of tenant: String = "acme-corp",
        spec: String = "payments.hook",
        secret: String? = "file://hook.json",
        environment: String = "sandbox",
        status: String = "active"
    ) async throws {
        var connection: JSONObject = [
            "meta": [
                "id": .string(id), "integrationKey": .string(spec), "integrationVersion": 1,
                "environment": .string(environment),
            ],
            "ownershipMode": "byok", "status": .string(status),
        ]
        connection["secretRef"] = secret.map { .string($0) }
        try await api.must(.put, "/v1/tenants/\(tenant)/connections/\(id)", .object(connection))
    }

    static var seconds: Int { Int(WallClock.milliseconds() / 1000) }

    /// The header that Stripe would send.
    static func signature(
        _ body: [UInt8],
        _ key: String = Self.key,
        at time: Int = Self.seconds
    ) -> HTTPField {
        let code = Digest.hmacSHA256(Array("\(time).".utf8) + body, key: Array(key.utf8))
        return HTTPField("Stripe-Signature", "t=\(time),v1=\(Hex.encode(code))")
    }

    /// Posts a body that is signed well.
    func post(
        _ body: String,
        to path: String = Self.path,
        signedWith key: String = Self.key,
        headers: [HTTPField] = []
    ) async throws -> TestAnswer {
        let bytes = Array(body.utf8)
        return try await api.send(
            .post,
            path,
            bytes: bytes,
            headers: [Self.signature(bytes, key)] + headers,
            key: nil
        )
    }
}
