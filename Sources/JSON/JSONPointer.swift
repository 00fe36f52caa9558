/// A place in a JSON document (RFC 6901), grown one step at a time while a document is read.
///
/// A step costs one allocation and the text is made only when somebody asks, so a reader may carry
/// a pointer everywhere and pay for it on errors alone.
public struct JSONPointer: Sendable, Hashable {
    private indirect enum Path: Sendable {
        case root
        case member(Path, String)
        case item(Path, Int)
    }

    private let path: Path

    /// The whole document.
    public static let root = JSONPointer(path: .root)

    private init(path: Path) { self.path = path }

    /// Reads a pointer's text, or answers nil when it is not one.
    ///
    /// A pointer is empty or starts with `/`, and a `~` is followed by `0` or `1`. A step of digits
    /// is read as a member and finds an item as well.
    public init?(_ text: String) {
        // By scalar: a combining mark after `/` or `~` makes another Character of it.
        let raw = text.unicodeScalars.split(separator: "/", omittingEmptySubsequences: false)
        guard raw[0].isEmpty else { return nil }
        var path = Path.root
        for step in raw.dropFirst() {
            guard let token = Self.unescaped(step) else { return nil }
            path = .member(path, token)
        }
        self.init(path: path)
    }

    private static func unescaped(_ step: Substring.UnicodeScalarView) -> String? {
        var token = String.UnicodeScalarView()
        var isEscaped = false
        for scalar in step {
            switch (isEscaped, scalar) {
            case (true, "0"): token.append("~")
            case (true, "1"): token.append("/")
            case (true, _): return nil
            case (false, "~"): break
            case (false, _): token.append(scalar)
            }
            isEscaped = !isEscaped && scalar == "~"
        }
        return isEscaped ? nil : String(token)
    }

    /// The member `key` of what this points to.
    public func appending(_ key: String) -> JSONPointer { JSONPointer(path: .member(path, key)) }

    /// The item at `index` of what this points to.
    public func appending(_ index: Int) -> JSONPointer { JSONPointer(path: .item(path, index)) }

    /// The steps from the root, unescaped.
    public var tokens: [String] {
        var tokens: [String] = []
        var path = path
        while true {
            switch path {
            case .root: return tokens.reversed()
            case .member(let parent, let key):
                tokens.append(key)
                path = parent
            case .item(let parent, let index):
                tokens.append("\(index)")
                path = parent
            }
        }
    }

    /// The pointer as RFC 6901 writes it; empty for the whole document.
    public var text: String {
        var text = String.UnicodeScalarView()
        for token in tokens {
            text.append("/")
            for scalar in token.unicodeScalars {
                switch scalar {
                case "~": text.append(contentsOf: "~0".unicodeScalars)
                case "/": text.append(contentsOf: "~1".unicodeScalars)
                default: text.append(scalar)
                }
            }
        }
        return String(text)
    }

    /// Two pointers are equal when their texts are: an item's index and a member of the same
    /// digits are one step.
    public static func == (left: JSONPointer, right: JSONPointer) -> Bool {
        left.tokens == right.tokens
    }

    /// Hashes what equality compares.
    public func hash(into hasher: inout Hasher) { hasher.combine(tokens) }
}
