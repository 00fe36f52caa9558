import Model

/// A text that sorts as a name and a version do, for cursors.
///
/// Numbers are written behind their length, so that 10 comes after 9. Integers come before every
/// SemVer, and SemVer sorts by precedence (its section 11), versions of equal precedence by their
/// text. What ends or follows a part sorts before every character that a part may have.
enum VersionKey {
    /// The text of a version of `name`.
    static func text(_ name: String, _ version: ObjectVersion) -> String {
        switch version {
        case .integer(let number): "\(name) 0\(sortable("\(number)"))"
        case .semantic(let version): "\(name) 1\(precedence(version.text)) \(version.text)"
        }
    }

    private static func precedence(_ text: String) -> String {
        let version = text.prefix { $0 != "+" }
        let parts = version.split(separator: "-", maxSplits: 1)
        let core = parts[0].split(separator: ".").map { sortable($0) }.joined(separator: ".")
        // A release comes after its prereleases.
        guard parts.count == 2 else { return core + "~" }
        return core + "!" + parts[1].split(separator: ".").map(identifier).joined(separator: "!")
    }

    /// Numbers come before names; more parts come after fewer.
    private static func identifier(_ part: Substring) -> String {
        let isNumber = part.utf8.allSatisfy { (0x30...0x39).contains($0) }
        return isNumber ? "0" + sortable(part) : "1" + part
    }

    /// A number without leading zeros; versions are short, so that its length has two digits.
    private static func sortable(_ digits: some StringProtocol) -> String {
        let count = digits.utf8.count
        return (count < 10 ? "0" : "") + "\(count)" + digits
    }
}
