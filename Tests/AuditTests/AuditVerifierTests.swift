import JSON
import Platform
import Testing

@testable import Audit

@Suite struct AuditVerifierTests {
    private func folder(_ count: Int = 5) async throws -> TrailFolder {
        let folder = TrailFolder()
        let trail = try await folder.trail()
        for _ in 0..<count { _ = try await trail.append(try SampleDraft.call()) }
        await trail.close()
        return folder
    }

    private func verdict(
        _ change: (inout [[UInt8]]) throws -> Void,
        anchor: AuditHead? = nil
    ) async throws -> AuditVerification {
        let folder = try await folder()
        var lines = try folder.lines(firstSegment)
        try change(&lines)
        try folder.write(lines: lines, to: firstSegment)
        return try await AuditVerifier.verify(folder.path, anchors: anchor.map { [$0] } ?? [])
    }

    @Test func `a chain as it was written is valid`() async throws {
        let verdict = try await verdict { _ in }
        #expect(verdict.isValid)
        #expect(verdict.recordCount == 5)
        #expect(verdict.json == ["valid": true, "records": 5, "removed": 0, "firstBad": nil])
    }

    @Test func `a changed byte is found`() async throws {
        let verdict = try await verdict { lines in
            let place = lines[2].firstRange(of: Array("checkout".utf8))?.lowerBound ?? 0
            lines[2][place] ^= 0x20
        }
        #expect(!verdict.isValid)
        #expect(verdict.recordCount == 2)
        #expect(verdict.firstBad?.sequence == 3)
        #expect(verdict.firstBad?.reason == "the hash does not match the record")
    }

    @Test func `a removed record is found`() async throws {
        let verdict = try await verdict { $0.remove(at: 1) }
        #expect(verdict.firstBad?.sequence == 2)
    }

    @Test func `records in another order are found`() async throws {
        let verdict = try await verdict { $0.swapAt(2, 3) }
        #expect(verdict.firstBad?.sequence == 3)
    }

    @Test func `a record that was made up is found by its link`() async throws {
        let verdict = try await verdict { lines in
            var record = try AuditRecord.kept(lines[3], in: "test").document
            record["hash"] = nil
            record["workflow"] = "forged"
            lines[3] = HashChain.seal(record).line
        }
        #expect(verdict.firstBad?.sequence == 5)
        #expect(verdict.recordCount == 4)
    }

    @Test func `records missing at the end are found by the anchor`() async throws {
        let folder = try await folder()
        let head = try await folder.trail().head
        var lines = try folder.lines(firstSegment)
        lines.removeLast(2)
        try folder.write(lines: lines, to: firstSegment)
        #expect(try await AuditVerifier.verify(folder.path).isValid)
        let verdict = try await AuditVerifier.verify(folder.path, anchors: [head])
        #expect(verdict.firstBad?.sequence == 4)
    }

    @Test func `a chain made anew is found by the anchor`() async throws {
        let old = try await folder(3)
        let anchor = try await old.trail().head
        let new = try await folder(4)
        #expect(try await AuditVerifier.verify(new.path).isValid)
        let verdict = try await AuditVerifier.verify(new.path, anchors: [anchor])
        #expect(verdict.firstBad?.sequence == 3)
        #expect(try await AuditVerifier.verify(old.path, anchors: [anchor]).isValid)
    }

    @Test func `an export is a file, in whatever spelling of its JSON`() async throws {
        let folder = try await folder(2)
        let lines = try folder.lines(firstSegment)
        let spaced = lines.map { line in
            Array(
                String(decoding: line, as: UTF8.self).replacing(",\"kind\"", with: " , \"kind\"")
                    .utf8
            )
        }
        try folder.write(lines: spaced, to: "export.ndjson")
        #expect(try await AuditVerifier.verify(folder.path + "/export.ndjson").recordCount == 2)
        try folder.write(lines: Array(spaced.dropFirst()), to: "export.ndjson")
        #expect(try await AuditVerifier.verify(folder.path + "/export.ndjson").isValid)
        let error = await #expect(throws: AuditError.self) {
            try await AuditVerifier.verify(folder.path + "/nothing")
        }
        #expect(error?.code == .system)
    }

    @Test func `an open trail finds what was changed behind its back`() async throws {
        let folder = TrailFolder()
        let trail = try await folder.trail()
        for _ in 0..<3 { _ = try await trail.append(try SampleDraft.call()) }
        #expect(try await trail.verify().isValid)
        var lines = try folder.lines(firstSegment)
        lines[1][80] ^= 1
        try folder.write(lines: lines, to: firstSegment)
        let verdict = try await trail.verify()
        #expect(verdict.firstBad?.sequence == 2)
        let acme = try SampleDraft.tenant()
        let error = await #expect(throws: AuditError.self) { try await trail.list(tenant: acme) }
        #expect(error?.code == .damaged)
    }
}
