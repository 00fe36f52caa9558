import Foundation
import Model
import Testing

/// The catalogue of alerts in docs/alerts.md is the one of the code.
@Suite struct AlertPageTests {
    private static let page = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "docs/alerts.md")

    @Test func `the page lists every type, with its occasion and members`() throws {
        let lines = try String(contentsOf: Self.page, encoding: .utf8)
            .components(separatedBy: "\n")
        let begin = try #require(lines.firstIndex { $0.hasPrefix("<!-- alerts:") })
        let end = try #require(lines.firstIndex(of: "<!-- end of alerts -->"))
        let rows = lines[(begin + 3)..<end]
        let expected = AlertType.allCases.map { type in
            let members = type.dataMembers.map { "`\($0)`" }.joined(separator: ", ")
            return "| `\(type.rawValue)` | \(type.occasion) | \(members) |"
        }
        #expect(Array(rows) == expected)
    }
}
