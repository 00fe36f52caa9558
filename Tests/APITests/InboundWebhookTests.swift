import API
import Commands
import HTTPWire
import JSON
import Ledger
import Platform
import Testing

/// What providers post: who is believed, what becomes of it, and what is told.
@Suite struct InboundWebhookTests {
    private typealias World = WebhookWorld
    private static let event = #"{"id":"evt_1","type":"paid","amount":12}"#

    @Test func `a signed event is told to who follows, once, and is in the trail`() async throws {
        let world = try await World()
        let key = try await world.api.key("tenant-admin")
        let stream = try await world.api.open("/v1/events?kind=webhook", key: key)
        try await stream.wait { !$0.bytes.isEmpty }
        let answer = try await world.post(
            Self.event,
            headers: [HTTPField("Content-Type", "application/json; charset=utf-8")]
        )
        #expect(answer.status == 200)
        #expect(answer.json["duplicate"] == false)
        let id = try #require(answer.json["deliveryId"]?.string)
        #expect(id.hasPrefix("whd_"))
        let again = try await world.post(Self.event)
        #expect(again.status == 200)
        #expect(again.json == ["deliveryId": .string(id), "duplicate": true])
        #expect(try await world.post(#"{"id":"evt_2"}"#).json["duplicate"] == false)
        try await stream.wait { $0.events.count >= 2 }
        #expect(stream.events.count == 2)
        let told = stream.events[0]
        #expect(told.name == "webhook.received")
        #expect(told.data["id"]?.string == id && told.data["tenantId"] == "acme-corp")
        #expect(told.data["actor"] == ["type": "webhook", "id": "hook"])
        let object = told.data["object"]
        #expect(object?["connectionId"] == "hook" && object?["deliveryId"]?.string == id)
        #expect(object?["integrationKey"] == "payments.hook")
        #expect(object?["providerId"] == "evt_1" && object?["type"] == "paid")
        #expect(object?["contentType"] == "application/json")
        #expect(object?["bodyEncoding"] == "json" && object?["truncated"] == false)
        #expect(object?["body"] == ["id": "evt_1", "type": "paid", "amount": 12])
        #expect(object?["bodyDigest"]?.string == Hex.encode(Digest.sha256(Self.event)))
        #expect(object?["receivedAt"]?.string?.hasSuffix("Z") ?? false)
        #expect(!stream.text.contains(World.key))
        await stream.leave()
        let trail = try await world.api.send(.get, "/v1/tenants/acme-corp/audit?kind=call")
        let records = trail.json["items"]?.array ?? []
        #expect(records.count == 3)
        #expect(records.map { $0["after"]?["duplicate"] } == [false, true, false])
        #expect(records[1]["after"]?["deliveryId"]?.string == id)
        #expect(records.last?["action"] == "webhook.receive")
        #expect(records.last?["after"]?["deliveryId"]?.string == id)
        #expect(!String(decoding: trail.body, as: UTF8.self).contains("amount"))
    }

    @Test func `nobody learns from a refusal what is there`() async throws {
        let world = try await World { $0.failuresPerMinute = 10_000 }
        try await world.put("unsigned", secret: nil)
        try await world.put("missing", secret: "file://missing.json")
        try await world.putSpec("payments.plain", ["scheme": "github"])
        let plain = "/v1/specs/integrations/payments.none/versions/1"
        var spec = SampleObjects.spec.object ?? [:]
        spec["meta"] = ["key": "payments.none", "version": 1, "category": "payments"]
        try await world.api.must(.put, plain, .object(spec))
        try await world.put("undeclared", spec: "payments.none")
        try await world.put("revoked")
        try await world.api.must(.post, "/v1/tenants/acme-corp/connections/revoked/revoke")
        let base = "/v1/tenants/acme-corp/connections"
        let end = "webhooks/inbound"
        var answers: [TestAnswer] = []
        for id in ["none", "unsigned", "missing", "undeclared", "revoked", "no%20name"] {
            answers.append(try await world.post(Self.event, to: "\(base)/\(id)/\(end)"))
        }
        for tenant in ["no-corp", "x%00y", "%C3%BC"] {
            let path = "/v1/tenants/\(tenant)/connections/hook/\(end)"
            answers.append(try await world.post(Self.event, to: path))
        }
        answers.append(try await world.post(Self.event, signedWith: "another"))
        for header in ["", "t=1,v1=00", "v1=zz", String(repeating: "t=1,", count: 2000)] {
            let fields = header.isEmpty ? [] : [HTTPField("Stripe-Signature", header)]
            answers.append(
                try await world.api.send(
                    .post,
                    World.path,
                    bytes: [0xFF],
                    headers: fields,
                    key: nil
                )
            )
        }
        // A good key of this server is no signature.
        answers.append(try await world.api.send(.post, World.path, bytes: Array(Self.event.utf8)))
        let twice = World.signature(Array(Self.event.utf8))
        answers.append(try await world.post(Self.event, headers: [twice]))
        let first = try #require(answers.first)
        for (index, answer) in answers.enumerated() {
            #expect(answer.status == 401 && answer.code == "SIGNATURE_INVALID", "\(index)")
            #expect(answer.json["detail"] == first.json["detail"], "\(index)")
            #expect(answer.headers.map(\.name) == first.headers.map(\.name), "\(index)")
        }
        // The operator is told more.
        let text = try await world.api.send(.get, "/metrics").text
        for reason in ["unknownConnection", "noSecret", "secretUnavailable", "notDeclared"] {
            let sample = #"failures_total{kind="webhook",reason="\#(reason)"}"#
            #expect(text.contains(sample), "\(reason)")
        }
    }

    @Test func `failures of an address are limited, and a good signature still passes`()
        async throws
    {
        let world = try await World { $0.failuresPerMinute = 3 }
        var statuses: [Int] = []
        for _ in 0..<5 {
            statuses.append(try await world.post(Self.event, signedWith: "another").status)
        }
        // The minute may turn in between.
        #expect(statuses[0] == 401 && statuses.contains(429))
        let limited = try await world.post(Self.event, signedWith: "another")
        if limited.status == 429 { #expect(limited["Retry-After"] != nil) }
        #expect(try await world.post(Self.event).status == 200)
    }

    @Test func `a paused connection takes nothing, and says so to its provider alone`()
        async throws
    {
        let world = try await World()
        let base = "/v1/tenants/acme-corp/connections/hook"
        try await world.put("draft", status: "draft")
        let draft = try await world.post(
            Self.event,
            to: "/v1/tenants/acme-corp/connections/draft/webhooks/inbound"
        )
        #expect(draft.status == 409)
        try await world.api.must(.post, base + "/pause")
        let refused = try await world.post(Self.event)
        #expect(refused.status == 409 && refused.code == "CONNECTION_NOT_ACTIVE")
        #expect(try await world.post(Self.event, signedWith: "another").status == 401)
        try await world.api.must(.post, base + "/resume")
        #expect(try await world.post(Self.event).json["duplicate"] == false)
    }

    @Test func `one tenant's event is no other's, whoever signs alike`() async throws {
        let world = try await World()
        let other = World.path.replacing("acme-corp", with: "other-corp")
        let first = try await world.post(Self.event)
        let second = try await world.post(Self.event, to: other)
        #expect(second.json["duplicate"] == false)
        #expect(first.json["deliveryId"] != second.json["deliveryId"])
        let key = try await world.api.key("tenant-admin", tenant: "other-corp")
        let stream = try await world.api.open("/v1/events?from=0&kind=webhook", key: key)
        try await stream.wait { $0.events.count >= 1 }
        #expect(try await world.post(#"{"id":"evt_9"}"#).status == 200)
        #expect(try await world.post(#"{"id":"evt_8"}"#, to: other).status == 200)
        try await stream.wait { $0.events.count >= 2 }
        #expect(stream.events.allSatisfy { $0.data["tenantId"] == "other-corp" })
        #expect(!stream.text.contains("acme-corp"))
        await stream.leave()
        let sandbox = try await world.api.key("tenant-admin", environments: ["staging"])
        let silent = try await world.api.open("/v1/events?from=0&kind=webhook", key: sandbox)
        try await silent.wait { $0.text.contains("heartbeat") }
        #expect(silent.events.isEmpty)
        await silent.leave()
    }

    @Test func `a replay is known after a restart, and by another process of the log`()
        async throws
    {
        let world = try await World()
        let first = try await world.post(Self.event)
        let other = try await World(over: world.api.ledger, secrets: world.secrets)
        let revision = world.api.ledger.revision
        let again = try await other.post(Self.event)
        #expect(again.json["duplicate"] == true)
        #expect(again.json["deliveryId"] == first.json["deliveryId"])
        #expect(world.api.ledger.revision == revision)
    }

    @Test func `a duplicate of what the trail has no record of leaves one`() async throws {
        let world = try await World()
        let first = try await world.post(Self.event)
        // Another process, whose trail is its own: there the first was never recorded.
        let other = try await World(over: world.api.ledger, secrets: world.secrets)
        #expect(try await other.post(Self.event).json["duplicate"] == true)
        let trail = try await other.api.send(.get, "/v1/tenants/acme-corp/audit?kind=call")
        let records = trail.json["items"]?.array ?? []
        #expect(records.count == 1)
        #expect(records.first?["action"] == "webhook.receive")
        #expect(records.first?["outcome"] == "success")
        #expect(records.first?["after"]?["duplicate"] == true)
        #expect(records.first?["after"]?["deliveryId"] == first.json["deliveryId"])
        #expect(records.first?["after"]?["connectionId"] == "hook")
        await other.api.closeAudit()
        // Without a trail it is not answered as if it was recorded: the provider comes again.
        #expect(try await other.post(Self.event).status == 503)
    }

    @Test func `what has no record gets one though the duplicates' budget is spent`()
        async throws
    {
        let world = try await World()
        let bodies = (0..<30).map { #"{"id":"owed_\#($0)"}"# }
        for body in [Self.event] + bodies { #expect(try await world.post(body).status == 200) }
        // Another process, whose trail has none of these: as after a start, when the last process
        // ended between the log and the trail.
        let other = try await World(over: world.api.ledger, secrets: world.secrets)
        for _ in 0..<50 { #expect(try await other.post(Self.event).status == 200) }
        for _ in 0..<3 {
            for body in bodies { #expect(try await other.post(body).json["duplicate"] == true) }
        }
        let path = "/v1/tenants/acme-corp/audit?kind=call&limit=500"
        let items = try await other.api.send(.get, path).json["items"]?.array ?? []
        let told = items.compactMap { $0["after"]?["providerId"]?.string }
        for index in 0..<30 { #expect(told.contains("owed_\(index)"), "\(index)") }
        // One that is owed for each of 31, and within the budget twenty a minute, which may turn.
        #expect((51...71).contains(items.count), "\(items.count)")
    }

    @Test func `who repeats one delivery does not fill the trail`() async throws {
        let world = try await World()
        for _ in 0..<60 { #expect(try await world.post(Self.event).status == 200) }
        let path = "/v1/tenants/acme-corp/audit?kind=call&limit=100"
        let items = try await world.api.send(.get, path).json["items"]?.array ?? []
        // Twenty a minute, and the minute may turn in between.
        #expect((21...41).contains(items.count))
        let metrics = try await world.api.send(.get, "/metrics").text
        let sample = #"bindery_audit_denials_left_out_total{kind="call"} \#(60 - items.count)"#
        #expect(metrics.contains(sample + "\n"))
    }

    @Test func `many that come at once are one`() async throws {
        let world = try await World()
        let answers = try await withThrowingTaskGroup(of: TestAnswer.self) { group in
            for _ in 0..<20 { group.addTask { try await world.post(Self.event) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers.allSatisfy { $0.status == 200 })
        #expect(answers.filter { $0.json["duplicate"] == false }.count == 1)
        #expect(Set(answers.map { $0.json["deliveryId"]?.string ?? "" }).count == 1)
    }

    @Test func `a body is kept up to 64 KiB, in base64 when it is no JSON`() async throws {
        let world = try await World()
        let stream = try await world.api.open("/v1/events?kind=webhook")
        let most = WebhookDelivery.bodyByteCountMax
        let bodies = [
            "a=1&b=%20", String(repeating: "x", count: most),
            String(repeating: "x", count: most + 1),
        ]
        for body in bodies { #expect(try await world.post(body).status == 200) }
        try await stream.wait { $0.events.count >= 3 }
        for (event, body) in zip(stream.events, bodies) {
            let object = event.data["object"]
            #expect(object?["bodyEncoding"] == "base64")
            #expect(object?["bodyBytes"]?.integer == Int64(body.utf8.count))
            #expect(object?["truncated"]?.bool == (body.utf8.count > most))
            let kept = Base64.decode(object?["body"]?.string ?? "")
            #expect(kept == Array(body.utf8.prefix(most)))
            #expect(object?["bodyDigest"]?.string == Hex.encode(Digest.sha256(body)))
        }
        await stream.leave()
        // The state has nothing of them but that they came.
        var snapshot: [UInt8] = []
        world.api.ledger.state.forEachSnapshotLine { snapshot += $0 }
        #expect(snapshot.count < most)
    }

    @Test func `a key that is rotated is good beside the new one, until it is taken away`()
        async throws
    {
        let world = try await World()
        #expect(try await world.post(#"{"id":"1"}"#).status == 200)
        try world.write(
            ["apiKey": "k", "signingKey": ["new-key-0123", .string(World.key)]],
            to: "both.json"
        )
        try world.write(["apiKey": "k", "signingKey": "new-key-0123"], to: "new.json")
        try await world.put("hook", secret: "file://both.json")
        #expect(try await world.post(#"{"id":"2"}"#).status == 200)
        #expect(try await world.post(#"{"id":"3"}"#, signedWith: "new-key-0123").status == 200)
        try await world.put("hook", secret: "file://new.json")
        #expect(try await world.post(#"{"id":"4"}"#).status == 401)
        #expect(try await world.post(#"{"id":"5"}"#, signedWith: "new-key-0123").status == 200)
    }

    @Test(arguments: [#"{"apiKey": "k"}"#, #"{"apiKey": "k", "signingKey": "new-key-0123"}"#, ""])
    func `in the overlap of a rotation the old secret's key is good, whatever the new one has`(
        _ new: String
    ) async throws {
        let world = try await World()
        // Without a text there is no such file: the store of the new secret is away.
        if !new.isEmpty { try world.write(try JSONValue(parsing: new), to: "new.json") }
        let path = "/v1/tenants/acme-corp/connections/hook"
        let wish: JSONValue = ["secretRef": "file://new.json", "overlapSeconds": 600]
        try await world.api.must(.post, path + "/rotate", wish)
        #expect(try await world.post(#"{"id":"1"}"#).status == 200)
        #expect(try await world.post(#"{"id":"2"}"#, signedWith: "nobody's").status == 401)
        let wanted = new.contains("signingKey") ? 200 : 401
        let other = try await world.post(#"{"id":"3"}"#, signedWith: "new-key-0123")
        #expect(other.status == wanted)
        // Without an overlap the old key is nobody's.
        try await world.api.must(
            .post,
            path + "/rotate",
            ["secretRef": "file://gone.json", "overlapSeconds": 0]
        )
        #expect(try await world.post(#"{"id":"4"}"#).status == 401)
    }

    @Test func `what writes have is without a meaning here`() async throws {
        let world = try await World()
        let fields = [
            HTTPField("Idempotency-Key", "k"), HTTPField("If-Match", "broken"),
            HTTPField("Bindery-Min-Revision", "999999"), HTTPField("Authorization", "Basic x"),
        ]
        let path = World.path + "?dryRun=perhaps&anything=%FF&dryRun=true"
        let first = try await world.post(Self.event, to: path, headers: fields)
        #expect(first.status == 200 && first.json["duplicate"] == false)
        #expect(first["Idempotency-Replayed"] == nil)
        let second = try await world.post(Self.event, to: path, headers: fields)
        #expect(second.json["duplicate"] == true)
        #expect(try await world.api.send(.get, World.path, key: nil).status == 405)
    }

    @Test func `Slack reads its challenge back, and nobody is told`() async throws {
        let world = try await World()
        try await world.putSpec("chat.slack", ["scheme": "slack"])
        try await world.put("slack", spec: "chat.slack", status: "draft")
        let revision = world.api.ledger.revision
        func post(_ body: String) async throws -> TestAnswer {
            let time = "\(World.seconds)"
            let code = Digest.hmacSHA256(
                Array("v0:\(time):\(body)".utf8),
                key: Array(World.key.utf8)
            )
            return try await world.api.send(
                .post,
                "/v1/tenants/acme-corp/connections/slack/webhooks/inbound",
                bytes: Array(body.utf8),
                headers: [
                    HTTPField("X-Slack-Signature", "v0=\(Hex.encode(code))"),
                    HTTPField("X-Slack-Request-Timestamp", time),
                ],
                key: nil
            )
        }
        let longest = String(repeating: "c", count: 256)
        let answer = try await post(#"{"type":"url_verification","challenge":"\#(longest)"}"#)
        #expect(answer.status == 200 && answer.json == ["challenge": .string(longest)])
        let longer = try await post(#"{"type":"url_verification","challenge":"\#(longest)c"}"#)
        #expect(longer.status == 409)
        #expect(world.api.ledger.revision == revision)
    }

    @Test func `Twilio's URL is the public one, where there is one`() async throws {
        let world = try await World { $0.publicURL = "https://hooks.example.com/bindery" }
        try await world.putSpec("sms.twilio", ["scheme": "twilio"])
        try await world.put("sms", spec: "sms.twilio")
        let path = "/v1/tenants/acme-corp/connections/sms/webhooks/inbound?x=1"
        for (base, status) in [
            ("https://hooks.example.com/bindery", 200), ("http://localhost", 401),
        ] {
            let code = Digest.hmacSHA1(
                Array("\(base)\(path)From+1To+2".utf8),
                key: SecretBytes(Array(World.key.utf8))
            )
            let answer = try await world.api.send(
                .post,
                path,
                bytes: Array("To=%2B2&From=%2B1".utf8),
                headers: [
                    HTTPField("X-Twilio-Signature", Base64.encode(code)),
                    HTTPField("Content-Type", "application/x-www-form-urlencoded"),
                ],
                key: nil
            )
            #expect(answer.status == status)
        }
    }

    @Test func `without a trail nothing is taken`() async throws {
        let world = try await World()
        await world.api.closeAudit()
        let answer = try await world.post(Self.event)
        #expect(answer.status == 503 && answer.code == "AUDIT_UNAVAILABLE")
    }
}
