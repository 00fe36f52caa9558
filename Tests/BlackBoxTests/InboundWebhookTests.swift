import Foundation
import Glibc
import JSON
import Platform
import Testing
import Waiting

/// Webhooks over the socket of the built server, over its death, and to its replicas.
@Suite struct InboundWebhookTests {
    static let key = "whsec_blackbox_0123456789"
    static let path = "/v1/tenants/acme-corp/connections/hook/webhooks/inbound"
    private static let spec: JSONValue = [
        "meta": ["key": "payments.hook", "version": 1, "category": "payments"],
        "capabilities": ["provides": []],
        "secretSchema": ["schema": ["type": "object", "properties": ["signingKey": [:]]]],
        "auth": [
            ["type": "webhook-signing", "scheme": "stripe", "secretField": "signingKey"]
        ],
    ]
    private static let connection: JSONValue = [
        "meta": [
            "integrationKey": "payments.hook", "integrationVersion": 1, "environment": "sandbox",
        ],
        "ownershipMode": "byok", "secretRef": "env://BINDERY_SECRET_HOOK",
    ]
    static let secrets = ["BINDERY_SECRET_HOOK": "{\"signingKey\":\"\(key)\"}"]

    static func prepare(_ server: BinderyServer) async throws {
        let spec = "/v1/specs/integrations/payments.hook/versions/1"
        try await server.must("PUT", spec, Self.spec)
        try await server.must("PUT", "/v1/tenants/acme-corp/connections/hook", connection)
    }

    static func signature(_ body: [UInt8]) -> String {
        let time = Int(Date().timeIntervalSince1970)
        let code = Digest.hmacSHA256(Array("\(time).".utf8) + body, key: Array(key.utf8))
        return "Stripe-Signature: t=\(time),v1=\(Hex.encode(code))"
    }

    static func post(
        _ body: [UInt8],
        signature: String? = nil,
        to server: BinderyServer
    ) async throws -> WireAnswer {
        let connection = try server.connect()
        try await connection.send(
            "POST",
            path,
            headers: [signature ?? Self.signature(body)],
            body: body
        )
        return try await connection.answer()
    }

    @Test func `an event that was answered survives a kill, and its replay does nothing`()
        async throws
    {
        let server = try await BinderyServer.started(secrets: Self.secrets)
        try await Self.prepare(server)
        let body = Array(#"{"id":"evt_1","type":"paid"}"#.utf8)
        let signature = Self.signature(body)
        let first = try await Self.post(body, signature: signature, to: server)
        #expect(first.status == 200 && first.json["duplicate"] == false)
        #expect(try await server.end(SIGKILL) == .signal(SIGKILL))
        try await server.start()
        let again = try await Self.post(body, signature: signature, to: server)
        #expect(again.status == 200 && again.json["duplicate"] == true)
        #expect(again.json["deliveryId"] == first.json["deliveryId"])
        let stream = try await server.stream("/v1/events?from=0&kind=webhook")
        let last = try await Self.post(Array(#"{"id":"evt_2"}"#.utf8), to: server)
        #expect(last.json["duplicate"] == false)
        try await Wait.until("the last event") {
            try stream.read()
            return stream.events.count >= 2
        }
        let ids = stream.events.map { $0.data["id"] }
        #expect(ids == [first.json["deliveryId"], last.json["deliveryId"]])
        #expect(try await server.metric(#"bindery_webhooks_total{outcome="duplicate"}"#) == 1)
        #expect(try await server.end(SIGTERM) == .exit(0))
        #expect(!server.log.contains(Self.key))
    }

    @Test func `a body is measured, whole or in chunks`() async throws {
        let flags = ["--limits-body-bytes", "1024"]
        let server = try await BinderyServer.started(flags: flags, secrets: Self.secrets)
        try await Self.prepare(server)
        let longest = [UInt8](repeating: 0x78, count: 1024)
        #expect(try await Self.post(longest, to: server).status == 200)
        #expect(try await Self.post(longest + [0x78], to: server).status == 413)
        for (body, status) in [(Array(longest.dropLast()), 200), (longest + [0x78], 413)] {
            let answer = try await postInChunks(body, to: server)
            #expect(answer.hasPrefix("HTTP/1.1 \(status) "), "\(answer)")
        }
    }

    private func postInChunks(
        _ body: [UInt8],
        to server: BinderyServer
    ) async throws -> String {
        let head = [
            "POST \(Self.path) HTTP/1.1", "Host: localhost", Self.signature(body),
            "Transfer-Encoding: chunked", "Connection: close",
        ]
        var bytes = Array((head.joined(separator: "\r\n") + "\r\n\r\n").utf8)
        for start in stride(from: 0, to: body.count, by: 100) {
            let chunk = body[start..<min(start + 100, body.count)]
            bytes += Array((String(chunk.count, radix: 16) + "\r\n").utf8) + chunk + [13, 10]
        }
        bytes += Array("0\r\n\r\n".utf8)
        let socket = try server.connectSocket()
        do {
            try await socket.sendWhole(bytes)
        } catch is WireConnection.Cut {
            // A body that is too long may be refused before it is read.
        }
        var answer: [UInt8] = []
        while !String(decoding: answer, as: UTF8.self).contains("\r\n\r\n"),
            let more = try await socket.receiveSome()
        {
            answer += more
        }
        return String(decoding: answer, as: UTF8.self)
    }

    @Test(.enabled(if: SharedDatabase.url != nil, "NOT RUN without BINDERY_TEST_POSTGRES"))
    func `what one replica took is known to the others`() async throws {
        let folder = try TemporaryFolder()
        let ledger = SharedDatabase.newLedger()
        let replicas = ["a", "b"]
            .map { BinderyServer(replica: $0, of: ledger, in: folder, secrets: Self.secrets) }
        for replica in replicas { try await replica.start() }
        try await Self.prepare(replicas[0])
        let revision = try await replicas[0].must("GET", "/v1/tenants")["bindery-revision"]
        let seen = try await replicas[1]
            .send(
                "GET",
                "/v1/tenants",
                headers: ["Bindery-Min-Revision: \(revision ?? "0")"]
            )
        #expect(seen.status == 200)
        for round in 0..<20 {
            let body = Array(#"{"id":"evt_\#(round)"}"#.utf8)
            let signature = Self.signature(body)
            async let one = Self.post(body, signature: signature, to: replicas[0])
            async let two = Self.post(body, signature: signature, to: replicas[1])
            let answers = try await [one, two]
            #expect(answers.allSatisfy { $0.status == 200 })
            #expect(answers.filter { $0.json["duplicate"] == false }.count == 1)
            #expect(answers[0].json["deliveryId"] == answers[1].json["deliveryId"])
        }
    }
}
