import Commands
import HTTPWire
import JSON
import Ledger
import Model
import Platform
import Testing

@testable import API

/// `/v1/tenants/{tenant}/webhooks`.
@Suite struct WebhookRoutesTests {
    private static let webhooks = "/v1/tenants/acme-corp/webhooks"
    private static let ops = webhooks + "/ops"
    private static let body: JSONValue = [
        "url": "https://alerts.example/hook?team=ops", "events": ["connection.paused"],
        "environments": ["sandbox"], "description": "to the pager",
    ]

    @Test func `a webhook is made, read, replaced and removed`() async throws {
        let api = try await TestAPI()
        var new = Self.body.object ?? [:]
        new["id"] = "ops"
        let made = try await api.send(.post, Self.webhooks, .object(new))
        #expect(made.status == 201)
        #expect(made["Location"] == Self.ops)
        let secret = try #require(made.json["secret"]?.string)
        #expect(secret.hasPrefix("whsec_"))
        #expect(Base64.decode(String(secret.dropFirst(6)))?.count == 32)
        #expect(try await api.send(.post, Self.webhooks, .object(new)).code == "ALREADY_EXISTS")
        let read = try await api.send(.get, Self.ops)
        #expect(read.json["secret"] == nil)
        #expect(read.json["status"] == "enabled")
        #expect(read.json["events"] == ["connection.paused"])
        let tag = try #require(read["ETag"])
        let same = try await api.send(.put, Self.ops, read.json)
        #expect(same.status == 200)
        #expect(same["ETag"] == tag)
        #expect(same.json["secret"] == nil)
        let stale = [HTTPField("If-Match", "\"1000\"")]
        #expect(try await api.send(.put, Self.ops, Self.body, headers: stale).status == 412)
        new["status"] = "disabled"
        let off = try await api.send(.put, Self.ops, .object(new))
        #expect(off.json["status"] == "disabled")
        #expect(off["ETag"] != tag)
        let list = try await api.send(.get, Self.webhooks + "?status=disabled")
        #expect(list.json["items"] == [off.json])
        #expect(!list.text.contains("whsec_"))
        #expect(try await api.send(.delete, Self.ops, headers: stale).status == 412)
        #expect(try await api.send(.delete, Self.ops).status == 204)
        #expect(try await api.send(.get, Self.ops).status == 404)
    }

    @Test func `a webhook may be made without a name, or by a PUT`() async throws {
        let api = try await TestAPI()
        let nameless = try await api.must(.post, Self.webhooks, ["url": "https://a.example/"])
        let id = try #require(nameless.json["id"]?.string)
        #expect(try await api.send(.get, "\(Self.webhooks)/\(id)").json["events"] == ["*"])
        let put = try await api.send(.put, Self.ops, Self.body)
        #expect(put.status == 201)
        #expect(put.json["secret"]?.string?.hasPrefix("whsec_") == true)
        let dry = try await api.send(.put, Self.webhooks + "/dry?dryRun=true", Self.body)
        #expect(dry.json["secret"] == nil)
        #expect(try await api.send(.get, Self.webhooks + "/dry").status == 404)
    }

    @Test(
        arguments: [
            ("url", JSONValue.null, "WRONG_TYPE"), ("url", "ftp://a.example/", "INVALID_VALUE"),
            ("url", "http://a.example/", "INVALID_VALUE"), ("url", "https://", "INVALID_VALUE"),
            ("url", "https://user:pass@a.example/", "INVALID_VALUE"),
            ("url", "https://a.example/#x", "INVALID_VALUE"),
            ("url", "https://a.example/a b", "INVALID_VALUE"),
            ("url", "https://a.example/\n", "INVALID_VALUE"),
            ("url", "http://127.0.0.1:1/", "INVALID_VALUE"), ("events", [], "INVALID_VALUE"),
            ("events", ["connection.exploded"], "INVALID_VALUE"),
            ("events", ["*", "connection.paused"], "INVALID_VALUE"),
            ("events", ["*", "webhook.received"], "INVALID_VALUE"),
            ("environments", [], "INVALID_VALUE"), ("connections", [], "INVALID_VALUE"),
            ("connections", ["no name"], "INVALID_IDENTIFIER"),
            (
                "connections", .array((0...100).map { .string("conn_\($0)") }),
                "LIMIT_EXCEEDED"
            ),
            ("environments", ["moon"], "UNKNOWN_ENVIRONMENT"),
            ("status", "asleep", "INVALID_VALUE"), ("secret", "whsec_eA==", "UNKNOWN_FIELD"),
            ("id", "other", "PATH_MISMATCH"),
        ] as [(String, JSONValue, String)]
    )
    func `what is no webhook is refused`(
        _ member: String,
        _ value: JSONValue,
        _ code: String
    ) async throws {
        let api = try await TestAPI()
        var body = Self.body.object ?? [:]
        body[member] = value
        let answer = try await api.send(.put, Self.ops, .object(body))
        #expect(answer.status == 422)
        #expect(answer.code == code)
    }

    @Test func `a URL as long as may be, and one byte more`() async throws {
        let api = try await TestAPI()
        let head = "https://a.example/"
        let rest = String(repeating: "a", count: WebhookURL.byteCountMax - head.utf8.count)
        let longest = try await api.send(.put, Self.ops, ["url": .string(head + rest)])
        #expect(longest.status == 201)
        let longer = try await api.send(.put, Self.ops, ["url": .string(head + rest + "a")])
        #expect(longer.status == 422)
    }

    @Test func `plain HTTP is for loopback, where the operator lets it`() async throws {
        let api = try await TestAPI { $0.webhooksMayBeOnLoopback = true }
        for url in ["http://127.0.0.1:8080/hook", "http://localhost/", "http://[::1]:1/"] {
            let answer = try await api.send(.put, Self.ops, ["url": .string(url)])
            #expect(answer.status < 300, "\(url)")
        }
        for url in ["http://127.0.0.1.example/", "http://10.0.0.1/", "http://localhost@a.example/"]
        {
            let answer = try await api.send(.put, Self.ops, ["url": .string(url)])
            #expect(answer.status == 422, "\(url)")
        }
    }

    @Test func `a tenant has so many webhooks, and not one more`() async throws {
        let api = try await TestAPI()
        for index in 0..<Webhook.countMax {
            try await api.must(.put, "\(Self.webhooks)/hook-\(index)", Self.body)
        }
        let refused = try await api.send(.put, Self.ops, Self.body)
        #expect(refused.status == 409)
        #expect(refused.code == "TOO_MANY_WEBHOOKS")
        #expect(try await api.send(.put, Self.webhooks + "/hook-0", Self.body).status == 200)
    }

    @Test func `a rotated secret is shown once, and the old one stands for a while`() async throws {
        let api = try await TestAPI()
        let first = try await api.must(.put, Self.ops, Self.body).json["secret"]
        let rotate = Self.ops + "/rotate-secret"
        let rotated = try await api.send(.post, rotate, ["overlapSeconds": 60])
        #expect(rotated.status == 200)
        #expect(rotated.json["secret"]?.string?.hasPrefix("whsec_") == true)
        #expect(rotated.json["secret"] != first)
        let id = try #require(WebhookID("ops"))
        let tenant = try #require(TenantID("acme-corp"))
        var secrets = api.ledger.state.tenant(tenant).alerts.webhooks[id]?.value.secrets ?? []
        #expect(secrets.count == 2)
        #expect(secrets[0].until == nil)
        #expect(secrets[1].until != nil)
        try await api.must(.post, rotate, ["overlapSeconds": 0])
        secrets = api.ledger.state.tenant(tenant).alerts.webhooks[id]?.value.secrets ?? []
        #expect(secrets.count == 1)
        // Without a body both stand for a day.
        try await api.must(.post, rotate)
        for seconds in [JSONValue.integer(-1), 604_801, "60"] {
            let refused = try await api.send(.post, rotate, ["overlapSeconds": seconds])
            #expect(refused.status == 422)
        }
        #expect(try await api.send(.post, Self.webhooks + "/none/rotate-secret").status == 404)
    }

    @Test func `a secret is in no repeated answer, and nowhere in the log`() async throws {
        let api = try await TestAPI()
        let headers = [HTTPField("Idempotency-Key", "once")]
        let first = try await api.send(.post, Self.webhooks, Self.body, headers: headers)
        let secret = try #require(first.json["secret"]?.string)
        let again = try await api.send(.post, Self.webhooks, Self.body, headers: headers)
        #expect(again.status == 201)
        #expect(again.json["secret"] == nil)
        var lines = ""
        api.ledger.state.forEachSnapshotLine { lines += String(decoding: $0, as: UTF8.self) }
        #expect(!lines.contains(secret.dropFirst(6)))
        let events = try await api.send(.get, "/v1/tenants/acme-corp/audit")
        #expect(!events.text.contains("whsec_"))
        #expect(events.text.contains("webhook.create"))
    }

    @Test func `a ping is a delivery, and a delivery can be replayed`() async throws {
        let api = try await TestAPI()
        try await api.must(.put, Self.ops, Self.body)
        let ping = try await api.send(.post, Self.ops + "/test")
        #expect(ping.status == 200)
        #expect(ping.json["eventType"] == "webhook.ping")
        #expect(ping.json["status"] == "pending")
        try await api.must(.post, Self.ops + "/test")
        let all = try await api.send(.get, Self.ops + "/deliveries")
        #expect(all.json["items"]?.array?.count == 2)
        let page = try await api.send(.get, Self.ops + "/deliveries?limit=1")
        let cursor = try #require(page.json["nextCursor"]?.string)
        let rest = try await api.send(.get, Self.ops + "/deliveries?limit=1&cursor=\(cursor)")
        let items = (page.json["items"]?.array ?? []) + (rest.json["items"]?.array ?? [])
        #expect(JSONValue.array(items) == all.json["items"])
        #expect(rest.json["nextCursor"] == .null)
        #expect(
            try await api.send(.get, Self.ops + "/deliveries?status=failed").json["items"] == []
        )
        let id = try #require(ping.json["id"]?.string)
        let replay = try await api.send(.post, "\(Self.ops)/deliveries/\(id)/replay")
        #expect(replay.status == 200)
        #expect(replay.json["id"]?.string == id)
        let none = try await api.send(.post, Self.ops + "/deliveries/none/replay")
        #expect(none.status == 404)
        var off = Self.body.object ?? [:]
        off["status"] = "disabled"
        try await api.must(.put, Self.ops, .object(off))
        for path in ["test", "deliveries/\(id)/replay"] {
            let refused = try await api.send(.post, "\(Self.ops)/\(path)")
            #expect(refused.status == 409)
            #expect(refused.code == "WEBHOOK_DISABLED")
        }
    }

    @Test func `who acts in some environments sees what hears of no others`() async throws {
        let api = try await TestAPI()
        try await api.must(.put, Self.ops, Self.body)
        try await api.must(.put, Self.webhooks + "/wide", ["url": "https://a.example/"])
        let key = try await api.key("tenant-admin", tenant: "acme-corp", environments: ["sandbox"])
        let list = try await api.send(.get, Self.webhooks, key: key)
        #expect(list.json["items"]?.array?.compactMap { $0["id"]?.string } == ["ops"])
        #expect(try await api.send(.get, Self.ops, key: key).status == 200)
        for (method, path) in [
            (HTTPMethod.get, "/wide"), (.delete, "/wide"), (.post, "/wide/test"),
            (.post, "/wide/rotate-secret"), (.get, "/wide/deliveries"),
        ] {
            let refused = try await api.send(method, Self.webhooks + path, key: key)
            #expect(refused.code == "ENVIRONMENT_NOT_IN_CREDENTIAL_SCOPE", "\(method) \(path)")
        }
        let wide = try await api.send(.put, Self.ops, ["url": "https://a.example/"], key: key)
        #expect(wide.status == 403)
    }
}
