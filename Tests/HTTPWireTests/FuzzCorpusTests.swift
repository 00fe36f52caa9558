import Foundation
import Testing

/// The fuzzer's corpus, replayed: what it has once reached keeps every property.
@Suite struct FuzzCorpusTests {
    private static let folder = URL(filePath: #filePath)
        .deletingLastPathComponent().appending(path: "../fuzz/corpus").standardizedFileURL

    @Test func `every input keeps every property`() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
        #expect((20..<300).contains(names.count))
        var total = 0
        for name in names {
            let bytes = [UInt8](try Data(contentsOf: Self.folder.appending(path: name)))
            total += bytes.count
            let violation = WireProperties.violation(bytes)
            #expect(violation == nil, "\(name)")
        }
        #expect(total < 500_000)
    }
}
