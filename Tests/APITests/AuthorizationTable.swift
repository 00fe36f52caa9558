import Foundation
import HTTPWire
import Testing

@testable import API

/// The table of docs/authorization.md, as a test reads it.
struct AuthorizationTable {
    /// A route's row.
    struct Row {
        let action: String
        let scope: String
        let roles: Set<String>
    }

    static let roles = [
        "platform-admin", "tenant-admin", "tenant-viewer", "runtime", "auditor",
    ]

    /// The rows by method and path.
    let rows: [String: Row]

    /// Reads the document of this checkout.
    init(file: String = #filePath) throws {
        var root = URL(fileURLWithPath: file)
        for _ in 0..<3 { root.deleteLastPathComponent() }
        let text = try String(
            contentsOf: root.appendingPathComponent("docs/authorization.md"),
            encoding: .utf8
        )
        var rows: [String: Row] = [:]
        for line in text.split(separator: "\n") where line.hasPrefix("| `") {
            let cells = line.split(separator: "|")
                .map {
                    $0.trimmingCharacters(in: .whitespaces)
                }
            guard cells.count == 3 + Self.roles.count else { continue }
            let allowed = zip(Self.roles, cells.dropFirst(3)).filter { $0.1 == "yes" }.map(\.0)
            rows[cells[0].trimmingCharacters(in: ["`"])] = Row(
                action: cells[1],
                scope: cells[2],
                roles: Set(allowed)
            )
        }
        self.rows = rows
    }

    /// The row of a route, which must be there.
    func row(_ route: Route) throws -> Row {
        let name = "\(route.method.rawValue) \(route.path.text)"
        return try #require(rows[name], "docs/authorization.md has no row for \(name)")
    }
}
