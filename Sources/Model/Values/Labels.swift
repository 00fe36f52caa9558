public import JSON

/// The labels of an object: what its `metadata.labels` says of where it belongs, such as
/// `{"app": "checkout"}`.
///
/// They mean nothing to a decision; `apply` prunes by them. The rest of `metadata` is free-form. The
/// rules hold for what is written: what the store holds from before may break them, and then has no
/// label there.
public enum Labels {
    /// The most labels of one object.
    public static let countMax = 32

    private static let place = JSONPointer.root.appending("metadata").appending("labels")

    /// Notes what is wrong with the labels of a document.
    public static func check(in document: JSONValue, issues: IssueList) {
        guard let value = document["metadata"]?["labels"] else { return }
        guard let labels = value.object else {
            return issues.error(.wrongType, at: place, "must be an object of texts")
        }
        guard labels.count <= countMax else {
            return issues.error(.limitExceeded, at: place, "must hold at most \(countMax) labels")
        }
        for label in labels {
            let at = place.appending(label.key)
            if !IdentifierRule.isIdentifier(label.key.utf8) {
                let detail = "a label's name must be \(IdentifierRule.words)"
                issues.error(.invalidIdentifier, at: at, detail)
            } else if !(label.value.string.map { IdentifierRule.isIdentifier($0.utf8) } ?? false) {
                let detail = "a label's value must be a text of \(IdentifierRule.words)"
                issues.error(.invalidValue, at: at, detail)
            }
        }
    }
}

/// One label that an object has or has not: `app=checkout`.
public struct LabelSelector: Sendable, Hashable {
    /// The form of a selector, for errors.
    public static let words = "NAME=VALUE, each of them \(IdentifierRule.words)"

    private let name: String
    private let value: String

    /// Reads `NAME=VALUE`; nil for what is none.
    public init?(_ text: String) {
        let parts = text.split(separator: "=", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ IdentifierRule.isIdentifier($0.utf8) }) else {
            return nil
        }
        (name, value) = (String(parts[0]), String(parts[1]))
    }

    /// Whether the document has the label.
    public func selects(_ document: StoredDocument) -> Bool {
        document.object["metadata"]?["labels"]?[name] == .string(value)
    }
}
