import Audit
import Foundation
import Testing

/// What the server records of itself is what docs/audit.md says.
@Suite struct SystemActionPageTests {
    private static let page = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "docs/audit.md")

    @Test func `the page lists every action, with its kind, actor and occasion`() throws {
        let lines = try String(contentsOf: Self.page, encoding: .utf8)
            .components(separatedBy: "\n")
        let begin = try #require(lines.firstIndex(of: "<!-- system actions -->"))
        let end = try #require(lines.firstIndex(of: "<!-- end of system actions -->"))
        let expected = SystemAction.allCases.map { action in
            "| `\(action.rawValue)` | \(action.kind.rawValue) | `\(action.part)` "
                + "| \(action.occasion) |"
        }
        #expect(Array(lines[(begin + 3)..<end]) == expected)
    }
}
