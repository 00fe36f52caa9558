public import JSON

/// The version of a spec, a blueprint or a capability: an integer from 1 or a SemVer (API section 1).
///
/// It is written back in the form given; `1` and `"1.0.0"` are different versions.
public enum ObjectVersion: Sendable, Hashable {
    case integer(Int)
    case semantic(SemanticVersion)

    /// The rule in words, for errors.
    public static let words = "an integer from 1, or a SemVer string such as \"1.2.0\""

    /// Reads a version from a body: a JSON integer, or a string that is a SemVer.
    public init?(_ json: JSONValue) {
        switch json {
        case .integer(let number) where number >= 1 && number <= Int32.max:
            self = .integer(Int(number))
        case .string(let text):
            guard let version = SemanticVersion(text) else { return nil }
            self = .semantic(version)
        default:
            return nil
        }
    }

    /// Reads a version from a path: digits are an integer, without a leading zero.
    public init?(pathSegment text: String) {
        if let number = Int32(text), number >= 1, text.utf8.first != 0x2B {
            guard text.utf8.first != 0x30 else { return nil }
            self = .integer(Int(number))
        } else if let version = SemanticVersion(text) {
            self = .semantic(version)
        } else {
            return nil
        }
    }

    /// The version as a body writes it.
    public var json: JSONValue {
        switch self {
        case .integer(let number): .integer(Int64(number))
        case .semantic(let version): .string(version.text)
        }
    }

    /// The version as a path writes it.
    public var text: String {
        switch self {
        case .integer(let number): "\(number)"
        case .semantic(let version): version.text
        }
    }
}

extension ObjectVersion: Comparable {
    /// Integers by value, SemVer by precedence; every integer comes before every SemVer.
    ///
    /// Versions of equal precedence that differ in build metadata are ordered by their text.
    public static func < (left: ObjectVersion, right: ObjectVersion) -> Bool {
        switch (left, right) {
        case (.integer(let a), .integer(let b)): a < b
        case (.integer, .semantic): true
        case (.semantic, .integer): false
        case (.semantic(let a), .semantic(let b)): a < b
        }
    }
}

/// A version as SemVer 2.0.0 defines it.
public struct SemanticVersion: Sendable, Hashable, Comparable {
    /// The largest version, in bytes.
    public static let byteCountMax = 64

    /// The version as it was written.
    public let text: String
    private let core: [UInt64]
    private let prerelease: [String]

    /// Reads a version; nil when it breaks the grammar or a number does not fit 64 bits.
    public init?(_ text: String) {
        guard text.utf8.count <= Self.byteCountMax else { return nil }
        let plus = text.split(separator: "+", maxSplits: 1, omittingEmptySubsequences: false)
        guard let front = plus.first else { return nil }
        let dash = front.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard let core = dash.first.flatMap(Self.core) else { return nil }
        var prerelease: [String] = []
        if dash.count == 2 {
            guard let parts = Self.identifiers(dash[1], numbersAreStrict: true) else { return nil }
            prerelease = parts
        }
        if plus.count == 2 {
            guard Self.identifiers(plus[1], numbersAreStrict: false) != nil else { return nil }
        }
        self.text = text
        self.core = core
        self.prerelease = prerelease
    }

    private static func core(_ text: Substring) -> [UInt64]? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3 else { return nil }
        var numbers: [UInt64] = []
        for part in parts {
            guard isNumber(part), let number = UInt64(part) else { return nil }
            numbers.append(number)
        }
        return numbers
    }

    private static func isNumber(_ text: Substring) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
            && (text.utf8.count == 1 || text.utf8.first != 0x30)
    }

    private static func identifiers(_ text: Substring, numbersAreStrict: Bool) -> [String]? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        for part in parts {
            guard !part.isEmpty else { return nil }
            guard part.utf8.allSatisfy({ IdentifierRule.isAlphanumeric($0) || $0 == 0x2D }) else {
                return nil
            }
            let digits = part.utf8.allSatisfy { (0x30...0x39).contains($0) }
            guard !digits || !numbersAreStrict || isNumber(part) else { return nil }
        }
        return parts.map(String.init)
    }

    /// The precedence of SemVer section 11, then the text.
    public static func < (left: SemanticVersion, right: SemanticVersion) -> Bool {
        if left.core != right.core { return left.core.lexicographicallyPrecedes(right.core) }
        switch (left.prerelease.isEmpty, right.prerelease.isEmpty) {
        case (true, false): return false
        case (false, true): return true
        default: break
        }
        for (a, b) in zip(left.prerelease, right.prerelease) where a != b {
            return precedes(a, b)
        }
        if left.prerelease.count != right.prerelease.count {
            return left.prerelease.count < right.prerelease.count
        }
        return left.text < right.text
    }

    private static func precedes(_ a: String, _ b: String) -> Bool {
        switch (UInt64(a), UInt64(b)) {
        case (let a?, let b?): a < b
        case (_?, nil): true
        case (nil, _?): false
        case (nil, nil): a < b
        }
    }
}
