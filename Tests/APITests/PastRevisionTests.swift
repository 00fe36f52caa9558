import HTTPWire
import JSON
import Ledger
import Model
import Platform
import Testing

/// `atRevision`: what was resolved, and why, at a revision that is kept.
@Suite struct PastRevisionTests {
    private static let tenant = "/v1/tenants/acme-corp"
    private static let line = tenant + "/configs/invoice-app/sandbox"
    private static let question: JSONValue = ["capability": "payments.charge"]

    private func api() async throws -> TestAPI {
        let api = try await TestAPI()
        try await api.putSpecs()
        try await api.putTenant("acme-corp")
        return api
    }

    /// Changes the tenant in all the ways that move what is resolved; answers what was told after
    /// each of them.
    private func story(_ api: TestAPI) async throws -> [(UInt64, TestAnswer, TestAnswer)] {
        var told: [(UInt64, TestAnswer, TestAnswer)] = []
        func look() async throws {
            told.append(
                (
                    api.ledger.revision, try await api.send(.get, Self.line + "/resolved"),
                    try await api.send(.post, Self.line + "/explain", Self.question)
                )
            )
        }
        let connection = Self.tenant + "/connections/conn"
        try await look()
        try await api.must(.delete, Self.tenant + "/policies/no-agents")
        try await look()
        try await api.must(.post, connection + "/pause")
        try await look()
        try await api.must(.post, connection + "/resume")
        try await api.must(.put, "/v1/tenants/other/connections/o", SampleObjects.connection("o"))
        try await look()
        try await api.must(.post, Self.line + "/versions/1/archive")
        try await look()
        return told
    }

    @Test func `a past revision answers what it answered then, byte for byte`() async throws {
        let api = try await api()
        let told = try await story(api)
        for _ in 0..<2 {
            for (revision, resolved, explained) in told {
                let again = try await api.send(
                    .get,
                    Self.line + "/resolved?atRevision=\(revision)"
                )
                #expect(again.status == resolved.status)
                let why = try await api.send(
                    .post,
                    Self.line + "/explain?atRevision=\(revision)",
                    Self.question
                )
                guard resolved.status == 200 else {
                    #expect(again.code == resolved.code)
                    continue
                }
                #expect(again.text == resolved.text)
                #expect(again["Bindery-Revision"] == "\(revision)")
                #expect(why.text == explained.text)
            }
        }
    }

    @Test func `an answer about now is not taken for one about then, nor the other way`()
        async throws
    {
        let api = try await api()
        let before = api.ledger.revision
        let past = Self.line + "/resolved?atRevision=\(before)"
        let first = try await api.send(.get, past)
        #expect(first.json["integrations"]?["payments.charge"] == nil)
        try await api.must(.delete, Self.tenant + "/policies/no-agents")
        for _ in 0..<3 {
            #expect(try await api.send(.get, past).text == first.text)
            let now = try await api.send(.get, Self.line + "/resolved")
            #expect(now.json["integrations"]?["payments.charge"] != nil)
        }
    }

    @Test func `a revision that is not kept is 410, one to come 422, none at all 400`() async throws
    {
        let api = try await api()
        #expect(await api.ledger.saveSnapshot())
        let oldest = api.ledger.revision
        try await api.must(.delete, Self.tenant + "/policies/no-agents")
        let rows: [(String, Int, String?)] = [
            ("\(oldest - 1)", 410, "REVISION_NOT_KEPT"), ("0", 410, "REVISION_NOT_KEPT"),
            ("\(oldest)", 200, nil), ("\(oldest + 1)", 200, nil),
            ("\(oldest + 2)", 422, "REVISION_IN_FUTURE"),
            ("18446744073709551615", 422, "REVISION_IN_FUTURE"),
            ("18446744073709551616", 400, "INVALID_PARAMETER"), ("-1", 400, "INVALID_PARAMETER"),
            ("%2B1", 400, "INVALID_PARAMETER"), ("", 400, "INVALID_PARAMETER"),
            ("1.0", 400, "INVALID_PARAMETER"), ("latest", 400, "INVALID_PARAMETER"),
        ]
        for (text, status, code) in rows {
            let query = "?atRevision=\(text)"
            let resolved = try await api.send(.get, Self.line + "/resolved" + query)
            #expect(resolved.status == status, "\(text): \(resolved)")
            #expect(resolved.code == code)
            let why = try await api.send(.post, Self.line + "/explain" + query, Self.question)
            #expect(why.status == status, "\(text): \(why)")
            guard status == 410 else { continue }
            #expect(resolved.json["oldestRevision"] == .integer(Int64(oldest)))
        }
    }

    @Test func `a time answers what was told at that time`() async throws {
        let api = try await api()
        var told: [(String, TestAnswer)] = []
        func look() async throws {
            let answer = try await api.send(.get, Self.line + "/resolved")
            told.append((Timestamp(milliseconds: WallClock.milliseconds()).text, answer))
            // Entries have milliseconds: the next one is of a later one.
            try await Task.sleep(for: .milliseconds(3))
        }
        try await look()
        try await api.must(.post, Self.tenant + "/connections/conn/pause")
        try await look()
        try await api.must(.post, Self.tenant + "/connections/conn/resume")
        try await look()
        try await api.must(.post, Self.line + "/versions/1/archive")
        try await look()
        for (time, answer) in told {
            let again = try await api.send(.get, Self.line + "/resolved?at=\(time)")
            #expect(again.status == answer.status, "\(time): \(again)")
            guard answer.status == 200 else { continue }
            #expect(again.body == answer.body)
            let why = try await api.send(.post, Self.line + "/explain?at=\(time)", Self.question)
            #expect(why.json["revision"] == answer.json["revision"])
        }
        // Before everything there was nothing.
        let first = try await api.send(.get, Self.line + "/resolved?at=2001-01-01T00:00:00Z")
        #expect(first.status == 404)
        #expect(await api.ledger.saveSnapshot())
        let gone = try await api.send(.get, Self.line + "/resolved?at=2001-01-01T00:00:00Z")
        #expect(gone.status == 410)
        #expect(gone.json["oldestRevision"] == .integer(Int64(api.ledger.revision)))
        let wrong = [
            "at=2999-01-01T00:00:00Z", "at=", "at=yesterday", "at=2001-01-01",
            "at=2001-01-01T00:00:00Z&atRevision=1",
        ]
        for query in wrong {
            let answer = try await api.send(.get, Self.line + "/resolved?" + query)
            #expect(answer.status == 400, "\(query)")
            #expect(answer.code == "INVALID_PARAMETER")
            #expect(answer.json["detail"]?.string?.contains("at ") == true)
        }
    }

    @Test func `stage and workflow mean then what they mean now`() async throws {
        let api = try await api()
        // The rule forbids all, and a preview of what can't serve is refused.
        try await api.must(.delete, Self.tenant + "/policies/no-agents")
        let before = api.ledger.revision
        try await api.must(.post, Self.line + "/versions/2/preview")
        let after = api.ledger.revision
        func version(_ query: String) async throws -> JSONValue? {
            try await api.send(.get, Self.line + "/resolved?" + query).json["configVersion"]
        }
        #expect(try await version("atRevision=\(before)") == 1)
        #expect(try await version("atRevision=\(after)") == 2)
        #expect(try await version("atRevision=\(after)&stage=published") == 1)
        #expect(try await version("atRevision=\(before)&stage=preview") == nil)
        let wrong = try await api.send(
            .get,
            Self.line + "/resolved?atRevision=\(before)&stage=draft"
        )
        #expect(wrong.status == 400)
    }

    @Test func `the past is no way around what holds now`() async throws {
        let api = try await api()
        let revision = api.ledger.revision
        let path = Self.line + "/resolved?atRevision=\(revision)"
        let key = try await api.key("runtime", workflows: ["check*"])
        #expect(try await api.send(.get, path, key: key).status == 403)
        #expect(try await api.send(.get, path + "&workflow=checkout", key: key).status == 200)
        let foreign = try await api.key("tenant-admin", tenant: "other-corp")
        #expect(try await api.send(.get, path, key: foreign).status == 404)
        try await api.must(.delete, Self.tenant + "/keys/\(key.split(separator: "_")[1])")
        #expect(try await api.send(.get, path + "&workflow=checkout", key: key).status == 401)
    }
}
