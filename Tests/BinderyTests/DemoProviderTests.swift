import HTTPWire
import JSON
import Platform
import Testing

@testable import bindery

@Suite struct DemoProviderTests {
    private let postmark = DemoCaller([HTTPField("X-Postmark-Server-Token", "demo-token")])
    private let gmail = DemoCaller([HTTPField("Authorization", "Bearer demo-token")])
    private let qdrant = DemoCaller([HTTPField("api-key", "demo-key")])

    @Test func `is healthy and knows no other path`() throws {
        let caller = DemoCaller()
        #expect(try caller.get("/healthz").json == ["status": "ok"])
        for path in ["/", "/nothing", "/v1/nothing", "/healthz/x"] {
            #expect(try caller.get(path).status == 404)
        }
        #expect(try caller.send(.post, "/healthz").status == 404)
    }

    @Test(arguments: ["/server", "/gmail/v1/users/me/profile", "/collections"])
    func `wants a demo credential everywhere`(_ path: String) throws {
        #expect(try DemoCaller().get(path).status == 401)
        let fields = ["X-Postmark-Server-Token", "Authorization", "api-key"]
        let wrong = fields.map { HTTPField($0, "Bearer other") }
        #expect(try DemoCaller(wrong).get(path).status == 401)
    }

    @Test func `sends and finds messages, one or many`() throws {
        let sent = try postmark.json(
            .post,
            "/email",
            #"{"From": "a@b.c", "To": "d@e.f", "Subject": "s"}"#
        )
        #expect(sent.json["ErrorCode"] == 0)
        let id = try #require(sent.json["MessageID"]?.string)
        let details = try postmark.get("/messages/outbound/\(id)/details")
        #expect(details.json["Subject"] == "s" && details.json["Status"] == "Sent")
        #expect(try postmark.get("/messages/outbound/x/details").json["ErrorCode"] == 701)
        let batch = try postmark.json(
            .post,
            "/email/batch",
            #"[{"From": "a@b.c", "To": "d@e.f"}, {}]"#
        )
        #expect(batch.json.array?.map { $0["ErrorCode"] } == [0, 300])
        let message = #"{"From": "a@b.c", "To": "d@e.f"}"#
        let many = [String](repeating: message, count: 501).joined(separator: ",")
        #expect(try postmark.json(.post, "/email/batch", "[\(many)]").json["ErrorCode"] == 410)
        #expect(try postmark.json(.post, "/email", "{").status == 400)
        #expect(try postmark.json(.post, "/email", #"{"From": "a@b.c"}"#).status == 422)
        #expect(try postmark.get("/server").json["Name"] == "Acme Production")
    }

    @Test func `reads, sends and labels mail`() throws {
        let base = "/gmail/v1/users/support%40acme.com"
        #expect(try gmail.get(base + "/threads").json["threads"]?.array?.count == 2)
        let found = try gmail.get(base + "/threads?q=REFUND&maxResults=5")
        #expect(found.json["threads"]?.array?.first?["id"] == "thread_demo_2")
        #expect(try gmail.get(base + "/threads?maxResults=1").json["resultSizeEstimate"] == 1)
        let raw = Base64.encode(Array("To: a@b.c\r\n\r\nHello there".utf8), as: .url)
        let sent = try gmail.json(.post, base + "/messages/send", #"{"raw": "\#(raw)=="}"#)
        #expect(sent.json["labelIds"] == ["SENT"])
        let thread = try gmail.get(base + "/threads/thread_demo_3")
        #expect(thread.json["messages"]?.array?.first?["snippet"] == "Hello there")
        let change = #"{"addLabelIds": ["DONE"], "removeLabelIds": ["UNREAD"]}"#
        let labels = try gmail.json(.post, base + "/messages/msg_demo_1/modify", change)
        #expect(labels.json["labelIds"] == ["INBOX", "DONE"])
        #expect(try gmail.json(.post, base + "/messages/none/modify", change).status == 404)
        #expect(try gmail.json(.post, base + "/messages/send", "{}").status == 400)
        #expect(try gmail.get(base + "/profile").json["messagesTotal"] == 3)
        #expect(try gmail.get(base + "/threads/none").json["error"]?["status"] == "NOT_FOUND")
    }

    @Test func `keeps points and finds the nearest`() throws {
        #expect(
            try qdrant
                .json(.put, "/collections/c", #"{"vectors": {"size": 2, "distance": "Euclid"}}"#)
                .status == 200
        )
        #expect(
            try qdrant
                .json(.put, "/collections/c", #"{"vectors": {"size": 2, "distance": "Euclid"}}"#)
                .status == 409
        )
        let points =
            #"{"points": [{"id": 1, "vector": [0, 0]}, "#
            + #"{"id": 2, "vector": [3, 4], "payload": {"a": 1}}]}"#
        #expect(
            try qdrant.json(.put, "/collections/c/points?wait=true", points).json["result"]?[
                "status"
            ] == "completed"
        )
        let near = try qdrant.json(
            .post,
            "/collections/c/points/query",
            #"{"query": [3, 4], "with_payload": true}"#
        )
        let results = try #require(near.json["result"]?["points"]?.array)
        #expect(results.map { $0["id"] } == [2, 1])
        #expect(results.map { $0["score"]?.double } == [0, 5])
        #expect(results.first?["payload"] == ["a": 1])
        let limited = #"{"query": [3, 4], "limit": 1}"#
        #expect(
            try qdrant.json(.post, "/collections/c/points/query", limited).json["result"]?[
                "points"
            ]?
            .array?
            .count == 1
        )
        let close = #"{"query": [3, 4], "score_threshold": 1}"#
        #expect(
            try qdrant.json(.post, "/collections/c/points/query", close).json["result"]?["points"]?
                .array?
                .count == 1
        )
        _ = try qdrant.json(.post, "/collections/c/points/delete", #"{"points": [1]}"#)
        #expect(
            try qdrant.json(.post, "/collections/c/points/count", "{}").json["result"]?["count"]
                == 1
        )
        #expect(
            try qdrant.get("/collections").json["result"]?["collections"] == [
                ["name": "c"], ["name": "knowledge"],
            ]
        )
        #expect(try qdrant.get("/collections/knowledge").json["result"]?["points_count"] == 3)
    }

    @Test(arguments: [
        (HTTPMethod.post, "knowledge/points/query", #"{"query": [1, 2]}"#, 400),
        (.post, "knowledge/points/query", #"{"query": [1, 0, 0, 0], "filter": {}}"#, 400),
        (.post, "knowledge/points/query", #"{"query": "x"}"#, 400),
        (.put, "knowledge/points", #"{"points": [{"id": 1, "vector": [1]}]}"#, 400),
        (.put, "knowledge/points", #"{"points": [{"id": -1, "vector": [1, 0, 0, 0]}]}"#, 400),
        (.put, "c", #"{"vectors": {"size": 0, "distance": "Dot"}}"#, 400),
        (.get, "none", "", 404), (.delete, "knowledge", "", 404),
    ])
    func `refuses what it can't play`(
        _ method: HTTPMethod,
        _ path: String,
        _ body: String,
        _ status: Int
    ) throws {
        #expect(try qdrant.json(method, "/collections/\(path)", body).status == status)
    }

    @Test func `the Vault answers its token alone`() throws {
        let vault = DemoVault(
            secrets: ["a/b": ["apiKey": "x"]],
            token: SecretBytes(Array("token".utf8))
        )
        let caller = DemoCaller(vault: vault, [HTTPField("X-Vault-Token", "token")])
        #expect(try caller.get("/v1/secret/data/a/b").json["data"]?["data"] == ["apiKey": "x"])
        #expect(try caller.get("/v1/kv/team/data/a/b").status == 200)
        #expect(try caller.get("/v1/secret/data/a/c").status == 404)
        #expect(try caller.send(.post, "/v1/secret/data/a/b").status == 404)
        let wrong = DemoCaller(vault: vault, [HTTPField("X-Vault-Token", "tokem")])
        #expect(try wrong.get("/v1/secret/data/a/b").status == 403)
        #expect(try DemoCaller(vault: vault).get("/v1/secret/data/a/b").status == 403)
        let closed = DemoCaller(
            vault: DemoVault(secrets: vault.secrets, token: nil),
            caller.headers
        )
        #expect(try closed.get("/v1/secret/data/a/b").status == 403)
    }

    @Test func `makes the Vault's token once, for its owner's eyes`() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/token"
        let made = try DemoVaultToken.read(path).withText { $0 }
        #expect(made.hasPrefix("demo-vault-"))
        #expect(try folder.text(of: "token") == made + "\n")
        #expect(try DemoVaultToken.read(path).withText { $0 } == made)
        try folder.write("empty", "\n")
        #expect(throws: CommandFailure.self) { try DemoVaultToken.read(folder.path + "/empty") }
    }

    @Test(arguments: ["0.0.0.0:0", "10.0.0.1:0", "localhost", "[::]:0"])
    func `listens on the loopback interface alone`(_ address: String) async {
        let run = await Transcript.of(["demo-provider", "--listen", address])
        #expect(run.status == .usage && run.error.contains("--listen"))
    }

    @Test func `wants secrets by path`() async throws {
        let folder = try TemporaryFolder()
        for text in [#"{"a": 5}"#, "[]", "{"] {
            let file = try folder.write("secrets.json", text)
            let run = await Transcript.of(["demo-provider", "--vault-secrets", file])
            #expect(run.status == .usage && run.error.contains("secrets.json"))
        }
    }
}
