import JSON
import Platform
import Testing

@testable import Audit

/// An export is checked without a server, and never said to be more than it is.
@Suite struct ExportCheckTests {
    /// The lines of an export of a tenant that has every second record.
    private func export(
        _ count: Int = 600,
        after: UInt64 = 0,
        hiding: Set<UInt64> = []
    ) async throws -> [[UInt8]] {
        let folder = TrailFolder()
        let trail = try await folder.trail { $0.segmentRecordCountMax = 100 }
        for number in 1...count {
            _ = try await trail.append(try SampleDraft.call(number % 2 == 0 ? "acme" : "other"))
        }
        let acme = try SampleDraft.tenant()
        var form = ExportForm(after: after)
        var bytes = form.start(["tenantId": "acme"])
        var cursor: UInt64? = after
        while let next = cursor {
            let part = try await trail.records(
                tenant: acme,
                filter: AuditFilter(),
                after: next,
                through: trail.head.sequence
            )
            for record in part.items {
                var shown = record.document
                if hiding.contains(record.sequence) { shown["actor"] = nil }
                bytes += form.line(record, shown: .object(shown))
            }
            cursor = part.next
        }
        bytes += form.end([:])
        return bytes.split(separator: 0x0A).map(Array.init)
    }

    private func verdict(_ lines: [[UInt8]]) async throws -> AuditVerification {
        let folder = TrailFolder()
        try Folder(folder.path).create()
        try folder.write(lines: lines, to: "export.ndjson")
        return try await AuditVerifier.verify(folder.path + "/export.ndjson")
    }

    @Test func `a whole export is valid, and its gaps are told`() async throws {
        let verdict = try await verdict(try await export())
        #expect(verdict.isValid)
        #expect(verdict.recordCount == 300)
        #expect(verdict.export?.gapCount == 299)
        #expect(verdict.export?.linkCount == 0)
        #expect(verdict.export?.gaps.count == 10)
        #expect(verdict.export?.isWhole == true)
        #expect(verdict.json["export"]?["chain"] == "with gaps")
    }

    @Test func `a record shown in part is counted, not checked`() async throws {
        let verdict = try await verdict(try await export(20, hiding: [4, 8]))
        #expect(verdict.isValid)
        #expect(verdict.export?.partCount == 2)
    }

    @Test func `an export goes on after a record`() async throws {
        let verdict = try await verdict(try await export(20, after: 10))
        #expect(verdict.isValid && verdict.recordCount == 5 && verdict.export?.first == 12)
    }

    @Test func `an export of nothing is valid`() async throws {
        let verdict = try await verdict(try await export(1))
        #expect(verdict.isValid && verdict.recordCount == 0)
    }

    @Test func `what was done to an export is found`() async throws {
        let whole = try await export()
        func flaw(_ change: (inout [[UInt8]]) -> Void) async throws -> UInt64? {
            var lines = whole
            change(&lines)
            return try await verdict(lines).firstBad?.sequence
        }
        // Line 0 is the first one; record 2n is line n, and behind 256 records there is a mark.
        #expect(
            try await flaw { lines in
                let place = lines[7].firstRange(of: Array("checkout".utf8))?.lowerBound ?? 0
                lines[7][place] ^= 0x20
            } == 14
        )
        #expect(try await flaw { $0.swapAt(7, 8) } == 14)
        // Nothing ties a record to one that is not there, so it is found at the next mark.
        #expect(try await flaw { $0.remove(at: 7) } == 2)
        #expect(try await flaw { $0.remove(at: 270) } == 514)
        #expect(try await flaw { $0.removeLast() } == 601)
        #expect(try await flaw { $0.removeLast(5) } == 593)
        #expect(try await flaw { $0.append($0[1]) } == 601)
    }
}
