/// A text with `{{root.path}}` references into the call's input, the merged config or the secret
/// (API section 8).
///
/// A whole-string template stands for the value itself, typed; one inside a longer string for the
/// value's text.
public struct Template: Sendable, Hashable {
    /// Where a reference looks.
    public enum Root: String, Sendable, CaseIterable {
        /// The input of the call.
        case input
        /// The merged config.
        case config
        /// The connection's secret.
        case secret
        /// The provider's answer: `status`, `body`, and `headers` by their names in lower case.
        case response
    }

    /// A reference: a root and the members to step through.
    public struct Reference: Sendable, Hashable {
        /// Where it looks.
        public let root: Root
        /// The members, at least one.
        public let path: [String]
        /// Whether slashes in its value part the segments of a URL's path: `{{+input.x}}`.
        public let keepsSlashes: Bool

        /// A reference to the member at `path`, which is not empty.
        public init(root: Root, path: [String], keepsSlashes: Bool = false) {
            self.root = root
            self.path = path
            self.keepsSlashes = keepsSlashes
        }
    }

    /// A piece of the text.
    public enum Segment: Sendable, Hashable {
        case literal(String)
        case reference(Reference)
    }

    /// The most references in one text.
    public static let segmentCountMax = 64

    /// The pieces, in order; empty for the empty text.
    public let segments: [Segment]

    /// The reference, when it is the whole text.
    public var whole: Reference? {
        guard segments.count == 1, case .reference(let reference) = segments[0] else { return nil }
        return reference
    }

    /// The references in the text.
    public var references: [Reference] {
        segments.compactMap {
            guard case .reference(let reference) = $0 else { return nil }
            return reference
        }
    }

    /// Reads a template.
    ///
    /// - Throws: `TemplateError` with what is wrong in words.
    public init(_ text: String) throws(TemplateError) {
        var segments: [Segment] = []
        var rest = text[...]
        while let open = rest.firstRange(of: "{{") {
            if open.lowerBound > rest.startIndex {
                segments.append(.literal(String(rest[..<open.lowerBound])))
            }
            guard let close = rest[open.upperBound...].firstRange(of: "}}") else {
                throw TemplateError(detail: "{{ is not closed by }}")
            }
            let inside = rest[open.upperBound..<close.lowerBound]
            segments.append(.reference(try Self.reference(inside)))
            guard segments.count <= Self.segmentCountMax else {
                throw TemplateError(detail: "holds more than \(Self.segmentCountMax) parts")
            }
            rest = rest[close.upperBound...]
        }
        guard !rest.contains("}}") else {
            throw TemplateError(detail: "}} without {{ before it")
        }
        if !rest.isEmpty { segments.append(.literal(String(rest))) }
        self.segments = segments
    }

    private static func reference(_ text: Substring) throws(TemplateError) -> Reference {
        var parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        // Spaces at the edges are as good as none: {{ input.x }}.
        if let first = parts.first { parts[0] = String(first.drop { $0 == " " }) }
        if let last = parts.popLast() {
            parts.append(String(last.reversed().drop { $0 == " " }.reversed()))
        }
        let keepsSlashes = parts[0].hasPrefix("+")
        if keepsSlashes { parts[0].removeFirst() }
        guard parts.count >= 2, let root = Root(rawValue: parts[0]) else {
            throw TemplateError(
                detail: "a reference is {{input.x}}, {{config.x}}, {{secret.x}} or {{response.x}}"
            )
        }
        let path = Array(parts.dropFirst())
        let isGood = path.allSatisfy { step in
            !step.isEmpty && step.utf8.allSatisfy(isStepByte)
        }
        guard isGood else {
            throw TemplateError(detail: "a reference steps through members of A-Z a-z 0-9 _ - $")
        }
        return Reference(root: root, path: path, keepsSlashes: keepsSlashes)
    }

    private static func isStepByte(_ byte: UInt8) -> Bool {
        IdentifierRule.isAlphanumeric(byte) || byte == 0x5F || byte == 0x2D || byte == 0x24
    }
}

/// A template that cannot be read.
public struct TemplateError: Error, Sendable, Hashable {
    /// What is wrong, in words.
    public let detail: String
}
