import Model

/// What a check of files has found, as lines.
struct CheckReport: Sendable {
    /// The most lines that are kept; errors beyond are counted.
    static let lineCountMax = 1000

    private var found: [String] = []
    /// The errors found.
    private(set) var errorCount = 0
    /// The warnings found.
    private(set) var warningCount = 0

    /// The findings that are counted and not listed.
    private(set) var unlistedCount = 0

    /// The findings by their places, numbers in the order of their values.
    var lines: [String] {
        found.map { (key: Self.sortKey($0), line: $0) }.sorted { $0.key < $1.key }.map(\.line)
    }

    private static func sortKey(_ line: String) -> String {
        let widthMax = 10
        var key = ""
        var digits = ""
        for character in line.prefix(while: { $0 != " " }) {
            if character.isASCII, character.isNumber {
                digits.append(character)
                continue
            }
            key += String(repeating: "0", count: max(0, widthMax - digits.count)) + digits
            digits = ""
            key.append(character)
        }
        return key + String(repeating: "0", count: max(0, widthMax - digits.count)) + digits
    }

    /// Adds an error at a place.
    mutating func error(
        _ place: String,
        _ code: String,
        _ detail: String,
        suggestion: String? = nil
    ) {
        errorCount += 1
        add("\(place) \(code) \(detail)", suggestion)
    }

    /// Adds an issue of an object.
    mutating func add(_ issue: Issue, at place: ObjectPlace) {
        let text = "\(place.inObject(issue.pointer))"
        switch issue.severity {
        case .error: error(text, issue.code.rawValue, issue.detail, suggestion: issue.suggestion)
        case .warning, .info:
            if issue.severity == .warning { warningCount += 1 }
            let words = "\(issue.severity.rawValue) \(issue.code.rawValue) \(issue.detail)"
            add("\(text) \(words)", issue.suggestion)
        }
    }

    /// Counts findings that a report has, and does not list.
    mutating func count(errors: Int, warnings: Int) {
        errorCount += errors
        warningCount += warnings
        unlistedCount += errors + warnings
    }

    private mutating func add(_ line: String, _ suggestion: String?) {
        guard found.count < Self.lineCountMax else {
            unlistedCount += 1
            return
        }
        found.append(line + (suggestion.map { " (\($0))" } ?? ""))
    }
}
