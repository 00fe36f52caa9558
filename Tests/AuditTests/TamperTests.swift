import JSON
import Platform
import Testing

@testable import Audit

/// Whatever is done to a trail is found, and where: offline and by an open trail.
@Suite struct TamperTests {
    /// A trail of twelve records in segments of five, and what was anchored of it on the way.
    private func world() async throws -> (folder: TrailFolder, trail: AuditTrail, [AuditHead]) {
        let folder = TrailFolder()
        let trail = try await folder.trail { $0.segmentRecordCountMax = 5 }
        var anchors: [AuditHead] = []
        for number in 1...12 {
            _ = try await trail.append(try SampleDraft.call())
            if number % 4 == 0 { anchors.append(trail.head) }
        }
        return (folder, trail, anchors)
    }

    private static let second = SegmentName.text(6)

    /// What both ways of verifying find after the second segment's lines were changed.
    private func find(
        _ change: (inout [[UInt8]]) throws -> Void
    ) async throws -> [AuditVerification.Flaw?] {
        let (folder, trail, anchors) = try await world()
        #expect(try await trail.verify(anchor: anchors.last).isValid)
        #expect(try await AuditVerifier.verify(folder.path, anchors: anchors).isValid)
        var lines = try folder.lines(Self.second)
        try change(&lines)
        try folder.write(lines: lines, to: Self.second)
        let online = try await trail.verify(anchor: anchors.last)
        let offline = try await AuditVerifier.verify(folder.path, anchors: anchors)
        return [online.firstBad, offline.firstBad]
    }

    @Test(arguments: [0, 1, 2, 3, 4])
    func `a flipped bit is found at its record`(_ line: Int) async throws {
        for byte in [1, 30, 200, 400] {
            let found = try await find { $0[line][byte] ^= 1 }
            #expect(found.map { $0?.sequence } == [UInt64(line) + 6, UInt64(line) + 6])
        }
    }

    @Test(arguments: [0, 1, 3])
    func `a dropped record is found where it was`(_ line: Int) async throws {
        let found = try await find { $0.remove(at: line) }
        #expect(found.map { $0?.sequence } == [UInt64(line) + 6, UInt64(line) + 6])
    }

    @Test func `a dropped last record of a segment is found where it was`() async throws {
        let found = try await find { $0.removeLast() }
        #expect(found.map { $0?.sequence } == [10, 10])
    }

    @Test func `records in another order are found at the first of them`() async throws {
        let found = try await find { $0.swapAt(1, 3) }
        #expect(found.map { $0?.sequence } == [7, 7])
    }

    @Test func `a record that stands there twice is found`() async throws {
        let found = try await find { $0.insert($0[2], at: 3) }
        #expect(found.map { $0?.sequence } == [9, 9])
    }

    @Test func `a line that is cut off is found`() async throws {
        let found = try await find { $0[2].removeLast(20) }
        #expect(found.map { $0?.sequence } == [8, 8])
    }

    @Test func `records of another trail are found where they begin`() async throws {
        let (other, _, _) = try await world()
        let foreign = try other.lines(Self.second)
        let found = try await find { $0.replaceSubrange(2..., with: foreign[2...]) }
        #expect(found.map { $0?.sequence } == [8, 8])
        #expect(found[0]?.reason == "previousHash is not the hash of the record before")
    }

    @Test func `a whole trail in the place of another is found by the anchor`() async throws {
        let (folder, trail, anchors) = try await world()
        let (other, _, _) = try await world()
        for name in try folder.names where SegmentName.first(name) != nil {
            try folder.write(try other.bytes(name), to: name)
        }
        let offline = try await AuditVerifier.verify(folder.path, anchors: anchors)
        #expect(offline.firstBad?.sequence == 4)
        #expect(try await trail.verify(anchor: anchors.last).firstBad?.sequence == 12)
    }

    /// The lines with one record changed, and everything behind it chained anew.
    private func rechained(_ lines: [[UInt8]], from index: Int) throws -> [[UInt8]] {
        var lines = lines
        var hash = ""
        for position in index..<lines.count {
            var record = try AuditRecord.kept(lines[position], in: "test").document
            record["hash"] = nil
            if position == index { record["workflow"] = "forged" }
            if position > index { record["previousHash"] = .string(hash) }
            let sealed = HashChain.seal(record)
            hash = sealed.record["hash"]?.string ?? ""
            lines[position] = (lines[position].first == 0x20 ? [0x20] : []) + sealed.line
        }
        return lines
    }

    @Test func `a chain that was made anew is found by the anchors, between two of them`()
        async throws
    {
        let (folder, trail, anchors) = try await world()
        let names = [firstSegment, Self.second, SegmentName.text(11)]
        let all = try names.flatMap { try folder.lines($0) }
        let forged = try rechained(all, from: 5)
        for (number, name) in names.enumerated() {
            let part = forged[(number * 5)..<min(number * 5 + 5, 12)]
            try folder.write(lines: Array(part), to: name)
        }
        // Without an anchor nobody can know.
        #expect(try await AuditVerifier.verify(folder.path).isValid)
        let offline = try await AuditVerifier.verify(folder.path, anchors: anchors)
        #expect(offline.firstBad?.sequence == 8)
        #expect(offline.firstBad?.reason.contains("from record 5 on") == true)
        // A new process, which takes the trail as it finds it, has the newest anchor.
        let again = try await folder.trail { $0.segmentRecordCountMax = 5 }
        let online = try await again.verify(anchor: anchors.last)
        #expect(online.firstBad?.sequence == 12)
        // The process that wrote it knows its own head.
        #expect(try await trail.verify().firstBad?.sequence == 12)
    }

    @Test func `an end that was cut off is found by the anchor and by the open trail`() async throws
    {
        let (folder, trail, anchors) = try await world()
        let last = SegmentName.text(11)
        try folder.write(lines: Array(try folder.lines(last).dropLast()), to: last)
        let offline = try await AuditVerifier.verify(folder.path, anchors: anchors)
        #expect(offline.firstBad?.sequence == 12)
        #expect(try await trail.verify().firstBad?.sequence == 12)
    }

    @Test func `a segment that is gone is missed`() async throws {
        let (folder, trail, anchors) = try await world()
        try Folder(folder.path).remove(Self.second)
        let offline = try await AuditVerifier.verify(folder.path, anchors: anchors)
        #expect(offline.firstBad?.sequence == 6)
        #expect(try await trail.verify().firstBad?.sequence == 6)
    }
}
