import Foundation
import Model

/// The table of docs/authorization.md, as a reader of the page sees it: what tests of access expect
/// is read from here, and from nowhere else.
struct AccessTable {
    /// What the page says of one route.
    struct Row {
        let request: String
        let tenant: String
        let roles: [Role: String]
        let environments: String
        let workflows: String
    }

    let rows: [Row]

    private static let page = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
        .appending(path: "docs/authorization.md")

    struct Unreadable: Error { let line: String }

    /// Reads the page.
    init() throws { try self.init(reading: String(contentsOf: Self.page, encoding: .utf8)) }

    /// Reads a page.
    init(reading page: String) throws {
        let lines = page.components(separatedBy: "\n")
        guard let begin = lines.firstIndex(where: { $0.hasPrefix("<!-- access:") }),
            let end = lines.firstIndex(of: "<!-- end of access -->"), end > begin + 3
        else { throw Unreadable(line: "there is no table") }
        let names = Self.cells(lines[begin + 1])
        rows = try lines[(begin + 3)..<end].map { try Self.row($0, names) }
    }

    /// The row of a route; nil when the page does not have it, or has it twice.
    func row(_ request: String) -> Row? {
        let found = rows.filter { $0.request == request }
        return found.count == 1 ? found[0] : nil
    }

    private static func row(_ line: String, _ names: [String]) throws -> Row {
        let cells = cells(line)
        guard cells.count == names.count else { throw Unreadable(line: line) }
        let named = Dictionary(zip(names, cells)) { first, _ in first }
        guard let request = named["request"]?.split(separator: "`").first,
            let tenant = named["tenant"], let environments = named["environments"],
            let workflows = named["workflows"]
        else { throw Unreadable(line: line) }
        let roles = Role.allCases.map { ($0, named[$0.rawValue] ?? "there is no such column") }
        return Row(
            request: String(request),
            tenant: tenant,
            roles: Dictionary(roles) { first, _ in first },
            environments: environments,
            workflows: workflows
        )
    }

    private static func cells(_ line: String) -> [String] {
        line.components(separatedBy: "|").dropFirst().dropLast()
            .map { $0.trimmingCharacters(in: .whitespaces) }
    }
}
