import JSON
import Platform
import Testing

@testable import Audit

@Suite struct HashChainTests {
    private let members: JSONObject = [
        "sequence": 1, "id": "a", "latencyMs": JSONDecimal(84.0).map { .decimal($0) } ?? .null,
        "previousHash": .string(HashChain.start),
    ]

    @Test func `the hash is of the canonical form without the hash`() {
        let (record, line) = HashChain.seal(members)
        let zeros = String(repeating: "0", count: 64)
        let text = #"{"id":"a","latencyMs":84,"previousHash":"\#(zeros)","sequence":1}"#
        let hash = Hex.encode(Digest.sha256(text))
        #expect(record["hash"]?.string == hash)
        #expect(HashChain.hash(of: record) == hash)
        #expect(String(decoding: line, as: UTF8.self) == text.dropLast() + ",\"hash\":\"\(hash)\"}")
    }

    @Test func `a line read back has the same hash`() throws {
        let (record, line) = HashChain.seal(members)
        let read = try #require(try JSONValue(parsing: line).object)
        #expect(HashChain.hash(of: read) == record["hash"]?.string)
    }

    @Test func `every member counts`() {
        let (record, _) = HashChain.seal(members)
        var changed = record
        changed["id"] = "b"
        #expect(HashChain.hash(of: changed) != record["hash"]?.string)
        changed = record
        changed["added"] = .null
        #expect(HashChain.hash(of: changed) != record["hash"]?.string)
    }

    @Test func `a record sealed in pieces is the canonical form of its document`() throws {
        let draft = try SampleDraft.call { draft in
            draft.before = ["z": 1, "a": ["c": 2, "b": "\u{1}"]]
            draft.requestID = "r"
        }
        let record = UnsealedRecord(draft)
        let head = AuditHead(sequence: 41, hash: String(repeating: "e", count: 64))
        let (link, line) = record.seal(id: "i", after: head)
        let document = record.record(at: link).document
        #expect(document["sequence"] == 42)
        #expect(document["previousHash"] == .string(head.hash))
        #expect(link.head.hash == HashChain.hash(of: document))
        var members = document
        members["hash"] = nil
        #expect(line == HashChain.seal(members).line)
    }
}
