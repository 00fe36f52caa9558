import JSON
import Platform
import Testing

@testable import Audit

@Suite struct TrailRecoveryTests {
    /// A folder with three records, each of its own batch.
    private func folder(_ count: Int = 3) async throws -> TrailFolder {
        let folder = TrailFolder()
        let trail = try await folder.trail()
        for _ in 0..<count { _ = try await trail.append(try SampleDraft.call()) }
        await trail.close()
        return folder
    }

    @Test(arguments: [1, 2, 40, 300])
    func `a torn last record is cut after a copy`(_ missing: Int) async throws {
        let folder = try await folder()
        let whole = try folder.bytes(firstSegment)
        let torn = Array(whole.dropLast(missing))
        try folder.write(torn, to: firstSegment)
        let trail = try await folder.trail()
        #expect(trail.head.sequence == 2)
        let copy = try #require(trail.brokenCopy)
        #expect(copy == folder.path + "/" + firstSegment + ".broken")
        let kept = try folder.bytes(firstSegment)
        #expect(kept + (try folder.bytes(firstSegment + ".broken")) == torn)
        let next = try await trail.append(try SampleDraft.call())
        #expect(next.sequence == 3)
        #expect(try await folder.trail().verify().recordCount == 3)
    }

    @Test func `a second torn tail gets its own copy`() async throws {
        let folder = try await folder()
        for _ in 0..<2 {
            try folder.write(try folder.bytes(firstSegment).dropLast(5), to: firstSegment)
            #expect(try await folder.trail().brokenCopy != nil)
        }
        #expect(try folder.names.count == 3)
    }

    @Test func `a page of zeros in the last batch is a crash's work`() async throws {
        let folder = try await folder(1)
        let one = try folder.lines(firstSegment)[0]
        let head = try await folder.trail().head
        // A batch of two, of which the first has lost some of its bytes and the second is whole.
        var lost = one
        lost.replaceSubrange(30..<200, with: repeatElement(0, count: 170))
        var sequel = try AuditRecord.kept(one, in: "test").document
        sequel["hash"] = nil
        sequel["sequence"] = 3
        sequel["previousHash"] = .string(head.hash)
        try folder.write(lines: [one, lost, HashChain.seal(sequel).line], to: firstSegment)
        let trail = try await folder.trail()
        #expect(trail.head == head)
        #expect(trail.brokenCopy != nil)
    }

    @Test func `an empty last segment is gone on with`() async throws {
        let folder = try await folder(2)
        try folder.write([], to: SegmentName.text(3))
        let trail = try await folder.trail()
        #expect(try await trail.append(try SampleDraft.call()).sequence == 3)
        #expect(try await folder.trail().verify().recordCount == 3)
    }

    @Test(arguments: [0, 1])
    func `damage before a later batch refuses to start and names the offset`(
        _ line: Int
    ) async throws {
        let folder = try await folder()
        var lines = try folder.lines(firstSegment)
        lines[line][60] ^= 1
        try folder.write(lines: lines, to: firstSegment)
        let offset = lines[..<line].reduce(0) { $0 + $1.count + 1 }
        await refuses(folder, naming: "\(firstSegment), offset \(offset): ")
        #expect(try folder.names == [firstSegment])
    }

    @Test func `a record that is missing refuses to start`() async throws {
        let folder = try await folder()
        var lines = try folder.lines(firstSegment)
        lines.remove(at: 1)
        try folder.write(lines: lines, to: firstSegment)
        await refuses(folder, naming: ": expected record 2, found 3")
    }

    @Test func `a segment that is missing refuses to start`() async throws {
        let folder = TrailFolder()
        let trail = try await folder.trail { $0.segmentByteCountMax = 1 }
        for _ in 0..<3 { _ = try await trail.append(try SampleDraft.call()) }
        await trail.close()
        try Folder(folder.path).remove(SegmentName.text(2))
        await refuses(folder, naming: "begins with record 3, where 2 was expected")
    }

    @Test func `a torn record in an older segment refuses to start`() async throws {
        let folder = TrailFolder()
        let trail = try await folder.trail { $0.segmentByteCountMax = 1 }
        for _ in 0..<2 { _ = try await trail.append(try SampleDraft.call()) }
        await trail.close()
        try folder.write(try folder.bytes(firstSegment).dropLast(2), to: firstSegment)
        await refuses(folder, naming: "\(firstSegment), offset 0: the line has no end")
    }

    /// A trail so long that a start does not read its beginning, whose record 3 was spoilt.
    private func longAndDamaged() async throws -> TrailFolder {
        let folder = try await folder(400)
        var lines = try folder.lines(firstSegment)
        try #require(lines.reduce(0) { $0 + $1.count } > TailStart.byteCountMin + 16_384)
        let place = try #require(lines[2].firstRange(of: Array("\"sequence\":3".utf8)))
        lines[2][place.upperBound - 1] ^= 1
        try folder.write(lines: lines, to: firstSegment)
        return folder
    }

    @Test func `damage far before the end starts, and is told by lists and by a verification`()
        async throws
    {
        let folder = try await longAndDamaged()
        let trail = try await folder.trail()
        #expect(trail.head.sequence == 400)
        let error = await #expect(throws: AuditError.self) { try await trail.list(tenant: nil) }
        #expect(error?.code == .damaged)
        #expect(error?.detail.contains("\(firstSegment): line 3: ") == true)
        #expect(trail.damage == error)
        #expect(try await trail.append(try SampleDraft.call()).sequence == 401)
        #expect(try await trail.verify().firstBad?.sequence == 3)
    }

    @Test func `records from before a start are listed with those since`() async throws {
        let folder = try await folder(400)
        let trail = try await folder.trail()
        let newest = try await trail.append(try SampleDraft.call())
        let tenant = newest.tenant
        var found: [UInt64] = []
        var cursor: UInt64?
        repeat {
            let page = try await trail.list(tenant: tenant, limit: 150, before: cursor)
            found += page.items.map(\.sequence)
            cursor = page.nextCursor
        } while cursor != nil
        #expect(found == (1...401).reversed())
        #expect(trail.damage == nil)
    }

    @Test func `a torn batch behind a long trail is cut`() async throws {
        let folder = try await folder(400)
        try folder.write(try folder.bytes(firstSegment).dropLast(9), to: firstSegment)
        let trail = try await folder.trail()
        #expect(trail.head.sequence == 399 && trail.brokenCopy != nil)
        #expect(try await trail.append(try SampleDraft.call()).sequence == 400)
        #expect(try await folder.trail().verify().recordCount == 400)
    }

    private func refuses(_ folder: TrailFolder, naming detail: String) async {
        let error = await #expect(throws: AuditError.self) { _ = try await folder.trail() }
        #expect(error?.code == .damaged)
        #expect(error?.detail.contains(detail) == true, "\(error?.detail ?? "")")
    }
}
